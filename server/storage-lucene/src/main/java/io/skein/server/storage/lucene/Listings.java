package io.skein.server.storage.lucene;

import io.skein.server.storage.EndpointSummary;
import io.skein.server.storage.lucene.View.Leaf;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.StringHelper;
import org.jspecify.annotations.Nullable;

/** What the dictionaries of the index list: endpoints, tags and their values. */
final class Listings {
  // A key that is different in every request makes as many values; nobody reads a list of more.
  private static final int MAX_TERMS = 200_000;

  private Listings() {}

  static List<EndpointSummary> endpoints(
      View view, @Nullable String service, @Nullable String contains, int limit)
      throws IOException {
    String part = contains == null ? "" : contains.toLowerCase(Locale.ROOT);
    BytesRef prefix = service == null ? new BytesRef() : Terms.pairPrefix(service);
    Map<BytesRef, long[]> counts = new HashMap<>();
    for (Leaf leaf : view.leaves()) {
      count(leaf, Fields.ENDPOINT, prefix, counts, 0);
      count(leaf, Fields.FAILED_ENDPOINT, prefix, counts, 1);
    }
    List<EndpointSummary> found = new ArrayList<>();
    counts.forEach(
        (pair, count) -> {
          String name = Terms.secondOf(pair);
          if (name.toLowerCase(Locale.ROOT).contains(part)) {
            found.add(new EndpointSummary(Terms.firstOf(pair), name, count[0], count[1]));
          }
        });
    return found.stream().sorted(EndpointSummary.MOST_USED_FIRST).limit(limit).toList();
  }

  private static void count(
      Leaf leaf, String field, BytesRef prefix, Map<BytesRef, long[]> counts, int column)
      throws IOException {
    TermsEnum terms = from(leaf, field, prefix);
    while (terms != null && StringHelper.startsWith(terms.term(), prefix)) {
      long[] count = counts.get(terms.term());
      if (count == null && counts.size() < MAX_TERMS) {
        count = new long[2];
        counts.put(BytesRef.deepCopyOf(terms.term()), count);
      }
      if (count != null) {
        count[column] += terms.docFreq();
      }
      if (terms.next() == null) {
        return;
      }
    }
  }

  static List<String> tagKeys(View view, @Nullable String service, int limit) throws IOException {
    return terms(view, Fields.TAG_KEY, new BytesRef(), service, limit).stream()
        .map(BytesRef::utf8ToString)
        .toList();
  }

  static List<String> tagValues(View view, String key, @Nullable String service, int limit)
      throws IOException {
    BytesRef prefix = Terms.pairPrefix(key);
    return terms(view, Fields.TAG, prefix, service, limit).stream().map(Terms::secondOf).toList();
  }

  /** The first terms with a prefix that occur in segments of a service. */
  private static List<BytesRef> terms(
      View view, String field, BytesRef prefix, @Nullable String service, int limit)
      throws IOException {
    TreeSet<BytesRef> found = new TreeSet<>();
    for (Leaf leaf : view.leaves()) {
      TermsEnum terms = from(leaf, field, prefix);
      int looked = 0;
      int taken = 0;
      // More than the limit of one leaf cannot be among the first of all.
      while (terms != null
          && taken < limit
          && looked++ < MAX_TERMS
          && StringHelper.startsWith(terms.term(), prefix)) {
        if (service == null || meet(leaf.context().reader(), terms, service)) {
          found.add(BytesRef.deepCopyOf(terms.term()));
          taken++;
        }
        if (terms.next() == null) {
          break;
        }
      }
    }
    return found.stream().limit(limit).toList();
  }

  private static @Nullable TermsEnum from(Leaf leaf, String field, BytesRef prefix)
      throws IOException {
    var terms = leaf.context().reader().terms(field);
    if (terms == null) {
      return null;
    }
    TermsEnum all = terms.iterator();
    return all.seekCeil(prefix) == TermsEnum.SeekStatus.END ? null : all;
  }

  /** Whether any segment has both the term and the service. */
  private static boolean meet(LeafReader reader, TermsEnum term, String service)
      throws IOException {
    PostingsEnum ofService =
        reader.postings(new Term(Fields.SERVICE, Terms.term(service)), PostingsEnum.NONE);
    if (ofService == null) {
      return false;
    }
    PostingsEnum ofTerm = term.postings(null, PostingsEnum.NONE);
    int document = ofTerm.nextDoc();
    while (document != DocIdSetIterator.NO_MORE_DOCS) {
      int other = ofService.docID() < document ? ofService.advance(document) : ofService.docID();
      if (other == document) {
        return true;
      }
      if (other == DocIdSetIterator.NO_MORE_DOCS) {
        return false;
      }
      document = ofTerm.advance(other);
    }
    return false;
  }
}
