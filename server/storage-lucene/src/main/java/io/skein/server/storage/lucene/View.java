package io.skein.server.storage.lucene;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.MultiReader;

/**
 * What a query sees: the partitions as they were when it began, held open until it ends, whatever
 * retention and sealing do meanwhile. For one thread.
 */
final class View implements AutoCloseable {
  private final List<Part> parts = new ArrayList<>();

  /** A partition and its index. */
  record Part(Partition partition, DirectoryReader reader) {}

  /** A leaf of the index of a partition. */
  record Leaf(Part part, LeafReaderContext context) {}

  /** Takes the partitions that are wanted. */
  static View of(List<Partition> partitions, Predicate<Partition> wanted) {
    View view = new View();
    for (Partition partition : partitions) {
      if (wanted.test(partition) && partition.acquire()) {
        DirectoryReader reader = partition.acquireReader();
        if (reader == null) {
          partition.release();
        } else {
          view.parts.add(new Part(partition, reader));
        }
      }
    }
    return view;
  }

  List<Part> parts() {
    return parts;
  }

  List<Leaf> leaves() {
    List<Leaf> leaves = new ArrayList<>();
    for (Part part : parts) {
      for (LeafReaderContext context : part.reader().leaves()) {
        leaves.add(new Leaf(part, context));
      }
    }
    return leaves;
  }

  /** One reader over all parts, which must not be closed. */
  IndexReader reader() throws IOException {
    IndexReader[] readers = new IndexReader[parts.size()];
    for (int i = 0; i < readers.length; i++) {
      readers[i] = parts.get(i).reader();
    }
    return new MultiReader(readers, false);
  }

  @Override
  public void close() throws IOException {
    for (Part part : parts) {
      part.reader().decRef();
      part.partition().release();
    }
  }
}
