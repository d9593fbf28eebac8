package io.skein.server.storage;

import io.skein.server.storage.AccountBook.Entry;
import io.skein.wire.model.KeyValue;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * An {@link AccountBook} as bytes, in two parts: the figures, which change all the time and are
 * small, and the properties, which are neither.
 *
 * <pre>
 * figures    | instances (4) | then for each: service, instance, last seen (8), removed, duplicates,
 *            |   reasons (4) | then for each: reason, counts
 *            |   agents (4)  | then for each: process id, received (8), figures (4) | name, figure (8) ...
 * properties | instances (4) | then for each: service, instance, properties (4) | key, value ...
 * counts     | segments (8) | spans (8)
 * text       | length (4) | UTF-8
 * </pre>
 */
public final class AccountBookFile {
  private AccountBookFile() {}

  public static void writeFigures(AccountBook book, DataOutputStream out) throws IOException {
    synchronized (book) {
      Map<InstanceKey, Entry> entries = book.entries();
      out.writeInt(entries.size());
      for (Map.Entry<InstanceKey, Entry> keyAndEntry : entries.entrySet()) {
        write(out, keyAndEntry.getKey());
        Entry entry = keyAndEntry.getValue();
        out.writeLong(entry.lastSeenMillis);
        write(out, entry.removed);
        write(out, entry.duplicates);
        out.writeInt(entry.refused.size());
        for (Map.Entry<String, Counts> refused : entry.refused.entrySet()) {
          BookText.write(out, refused.getKey());
          write(out, refused.getValue());
        }
        out.writeInt(entry.agents.size());
        for (AgentAccount agent : entry.agents) {
          BookText.write(out, agent.processId());
          out.writeLong(agent.receivedMillis());
          out.writeInt(agent.figures().size());
          for (Map.Entry<String, Long> figure : agent.figures().entrySet()) {
            BookText.write(out, figure.getKey());
            out.writeLong(figure.getValue());
          }
        }
      }
    }
  }

  public static void readFigures(AccountBook book, DataInputStream in) throws IOException {
    for (int i = in.readInt(); i > 0; i--) {
      InstanceKey key = readKey(in);
      synchronized (book) {
        Entry entry = book.entry(key.service(), key.instance());
        entry.lastSeenMillis = in.readLong();
        entry.removed = readCounts(in);
        entry.duplicates = readCounts(in);
        for (int refused = in.readInt(); refused > 0; refused--) {
          entry.refused.put(BookText.read(in), readCounts(in));
        }
        for (int agents = in.readInt(); agents > 0; agents--) {
          String processId = BookText.read(in);
          long receivedMillis = in.readLong();
          TreeMap<String, Long> figures = new TreeMap<>();
          for (int figure = in.readInt(); figure > 0; figure--) {
            figures.put(BookText.read(in), in.readLong());
          }
          entry.agents.add(
              new AgentAccount(key.service(), key.instance(), processId, figures, receivedMillis));
        }
        book.weigh(key.service(), key.instance());
      }
    }
  }

  public static void writeProperties(AccountBook book, DataOutputStream out) throws IOException {
    synchronized (book) {
      Map<InstanceKey, Entry> entries = book.entries();
      out.writeInt(entries.size());
      for (Map.Entry<InstanceKey, Entry> keyAndEntry : entries.entrySet()) {
        write(out, keyAndEntry.getKey());
        List<KeyValue> properties = keyAndEntry.getValue().properties;
        out.writeInt(properties.size());
        for (KeyValue property : properties) {
          BookText.write(out, property.key());
          BookText.write(out, property.value());
        }
      }
    }
  }

  public static void readProperties(AccountBook book, DataInputStream in) throws IOException {
    for (int i = in.readInt(); i > 0; i--) {
      InstanceKey key = readKey(in);
      int count = in.readInt();
      List<KeyValue> properties = new ArrayList<>();
      for (int property = 0; property < count; property++) {
        properties.add(new KeyValue(BookText.read(in), BookText.read(in)));
      }
      synchronized (book) {
        book.entry(key.service(), key.instance()).properties = properties;
        book.weigh(key.service(), key.instance());
      }
    }
  }

  private static void write(DataOutput out, InstanceKey key) throws IOException {
    BookText.write(out, key.service());
    BookText.write(out, key.instance());
  }

  private static InstanceKey readKey(DataInputStream in) throws IOException {
    return new InstanceKey(BookText.read(in), BookText.read(in));
  }

  private static void write(DataOutput out, Counts counts) throws IOException {
    out.writeLong(counts.segments());
    out.writeLong(counts.spans());
  }

  private static Counts readCounts(DataInput in) throws IOException {
    return new Counts(in.readLong(), in.readLong());
  }
}
