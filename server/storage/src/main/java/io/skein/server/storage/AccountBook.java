package io.skein.server.storage;

import io.skein.wire.model.InstancePing;
import io.skein.wire.model.InstanceProperties;
import io.skein.wire.model.KeyValue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a store knows about instances besides their segments: what was refused and what came twice,
 * what retention took, what the agents said about themselves. The segments that are kept are the
 * store's own to count; it gives their totals where they are needed.
 *
 * <p>The book stays small whatever is sent: beyond {@value #MAX_INSTANCES} instances, or when all
 * texts together have more characters than a sixteenth of the heap has bytes, those that were
 * silent for longest are added up as one instance named {@value #OTHERS}, so that the sums stay
 * right.
 *
 * <p>Safe for use by several threads.
 */
public final class AccountBook {
  public static final String OTHERS = "(others)";
  public static final String EARLIER = "earlier";

  static final int MAX_INSTANCES = 10_000;
  private static final int MAX_AGENTS = 16;
  // A Java agent lists its jars and arguments: some ten thousand characters.
  private static final int MAX_PROPERTY_CHARS = 256 * 1024;

  private static final long CLOCK_SET_BACK_MILLIS = 60_000;

  // Besides its name, what a figure of an agent takes.
  private static final int FIGURE = 32;

  private static final InstanceKey OTHERS_KEY = new InstanceKey(OTHERS, OTHERS);

  private final long maxCharacters;
  private long characters;
  private final Map<InstanceKey, Entry> entries = new HashMap<>();
  private long changes;
  private long propertyChanges;

  static final class Entry {
    Counts removed = Counts.NONE;
    Counts duplicates = Counts.NONE;
    final TreeMap<String, Counts> refused = new TreeMap<>();
    final List<AgentAccount> agents = new ArrayList<>();
    List<KeyValue> properties = List.of();
    long lastSeenMillis;

    /** How much of the book it takes, with its name. */
    private long characters;
  }

  public AccountBook() {
    this(Math.max(4L << 20, Runtime.getRuntime().maxMemory() / 16));
  }

  AccountBook(long maxCharacters) {
    this.maxCharacters = maxCharacters;
  }

  /** How many characters all texts have; a figure counts for some. */
  synchronized long characters() {
    return characters;
  }

  /** Grows with every change, so that a store knows whether its copy on disk is behind. */
  public synchronized long changes() {
    return changes;
  }

  /** As {@link #changes()}, for properties alone, which are large and hardly ever change. */
  public synchronized long propertyChanges() {
    return propertyChanges;
  }

  public synchronized void seen(String service, String instance, long receivedMillis) {
    Entry entry = entry(service, instance);
    // Calls overtake each other, but not by a minute: then the clock was set back, and an instance
    // would count as seen in the future until it is there again.
    if (receivedMillis > entry.lastSeenMillis
        || receivedMillis < entry.lastSeenMillis - CLOCK_SET_BACK_MILLIS) {
      entry.lastSeenMillis = receivedMillis;
      changes++;
    }
  }

  public synchronized void duplicate(String service, String instance, Counts counts) {
    Entry entry = entry(service, instance);
    entry.duplicates = entry.duplicates.plus(counts);
    changes++;
  }

  public synchronized void refused(String service, String instance, String reason, Counts counts) {
    entry(service, instance).refused.merge(reason, counts, Counts::plus);
    changes++;
  }

  public synchronized void removed(InstanceKey key, Counts counts) {
    Entry entry = entry(key.service(), key.instance());
    entry.removed = entry.removed.plus(counts);
    changes++;
  }

  public synchronized void properties(InstanceProperties message, long receivedMillis) {
    seen(message.service(), message.instance(), receivedMillis);
    if (isTooLong(message.service(), message.instance())) {
      return;
    }
    Entry entry = entry(message.service(), message.instance());
    List<KeyValue> bounded = bounded(message.properties());
    if (!bounded.equals(entry.properties)) {
      entry.properties = bounded;
      propertyChanges++;
      weigh(message.service(), message.instance());
    }
  }

  public synchronized void ping(InstancePing message, long receivedMillis) {
    seen(message.service(), message.instance(), receivedMillis);
  }

  public synchronized void account(AgentAccount account) {
    seen(account.service(), account.instance(), account.receivedMillis());
    if (isTooLong(account.service(), account.instance())) {
      return;
    }
    List<AgentAccount> agents = entry(account.service(), account.instance()).agents;
    AgentAccount before = agent(agents, account.processId());
    if (before != null && isOvertaken(account, before)) {
      return;
    }
    agents.remove(before);
    agents.add(0, account);
    if (agents.size() > MAX_AGENTS) {
      foldEarlier(agents);
    }
    weigh(account.service(), account.instance());
    changes++;
  }

  /**
   * Whether an account is an older one that took longer on its way. The time of its arrival alone
   * does not say so, because somebody may have set the clock back; nor do its figures alone,
   * because who delivers what a killed process left knows less of it than the process did.
   */
  private static boolean isOvertaken(AgentAccount account, AgentAccount by) {
    return account.receivedMillis() < by.receivedMillis()
        && (account.figure("made.segments") < by.figure("made.segments")
            || account.figure("delivered.segments") < by.figure("delivered.segments"));
  }

  private static @Nullable AgentAccount agent(List<AgentAccount> agents, String processId) {
    for (AgentAccount agent : agents) {
      if (agent.processId().equals(processId)) {
        return agent;
      }
    }
    return null;
  }

  private static void foldEarlier(List<AgentAccount> agents) {
    AgentAccount last = agents.remove(agents.size() - 1);
    AgentAccount oldest = agents.remove(agents.size() - 1);
    TreeMap<String, Long> sum = new TreeMap<>(oldest.figures());
    last.figures().forEach((name, figure) -> sum.merge(name, figure, Long::sum));
    agents.add(
        new AgentAccount(
            oldest.service(), oldest.instance(), EARLIER, sum, oldest.receivedMillis()));
  }

  /**
   * The accounts of all instances, by name.
   *
   * @param kept the segments that the store keeps
   */
  public synchronized List<InstanceAccount> accounts(Map<InstanceKey, InstanceTotals> kept) {
    List<InstanceAccount> accounts = new ArrayList<>();
    for (InstanceKey key : keys(kept)) {
      Entry entry = entries.getOrDefault(key, new Entry());
      accounts.add(
          new InstanceAccount(
              key.service(),
              key.instance(),
              entry.removed.plus(kept.getOrDefault(key, InstanceTotals.NONE).counts()),
              entry.duplicates,
              entry.refused,
              entry.agents,
              entry.lastSeenMillis));
    }
    return accounts;
  }

  /** All services, by name. */
  public synchronized List<ServiceSummary> services(Map<InstanceKey, InstanceTotals> kept) {
    Map<String, InstanceTotals> totals = new TreeMap<>();
    Map<String, Integer> instances = new HashMap<>();
    for (InstanceKey key : keys(kept)) {
      if (!key.equals(OTHERS_KEY)) {
        totals.merge(
            key.service(), kept.getOrDefault(key, InstanceTotals.NONE), InstanceTotals::plus);
        instances.merge(key.service(), 1, Integer::sum);
      }
    }
    List<ServiceSummary> services = new ArrayList<>();
    totals.forEach(
        (name, total) -> {
          boolean any = total.segments() > 0;
          services.add(
              new ServiceSummary(
                  name,
                  instances.getOrDefault(name, 0),
                  total.segments(),
                  total.spans(),
                  total.errors(),
                  any ? (Long) total.firstMillis() : null,
                  any ? (Long) total.lastMillis() : null));
        });
    return services;
  }

  /** The instances of a service, or of all, by name. */
  public synchronized List<InstanceSummary> instances(
      @Nullable String service, Map<InstanceKey, InstanceTotals> kept) {
    List<InstanceSummary> instances = new ArrayList<>();
    for (InstanceKey key : keys(kept)) {
      if (key.equals(OTHERS_KEY) || (service != null && !service.equals(key.service()))) {
        continue;
      }
      Entry entry = entries.getOrDefault(key, new Entry());
      InstanceTotals total = kept.getOrDefault(key, InstanceTotals.NONE);
      boolean any = total.segments() > 0;
      instances.add(
          new InstanceSummary(
              key.service(),
              key.instance(),
              any ? (Long) total.firstMillis() : null,
              any ? (Long) total.lastMillis() : null,
              entry.lastSeenMillis,
              total.segments(),
              total.spans(),
              entry.properties));
    }
    return instances;
  }

  /** Everything that retention removed. */
  public synchronized Counts removed() {
    Counts sum = Counts.NONE;
    for (Entry entry : entries.values()) {
      sum = sum.plus(entry.removed);
    }
    return sum;
  }

  synchronized Map<InstanceKey, Entry> entries() {
    return new TreeMap<>(entries);
  }

  /** Names nobody gives: what is said under such a one is only counted. */
  private boolean isTooLong(String service, String instance) {
    return (long) service.length() + instance.length() > maxCharacters / 16;
  }

  synchronized Entry entry(String service, String instance) {
    InstanceKey key = new InstanceKey(service, instance);
    Entry entry = entries.get(key);
    if (entry == null) {
      long name = (long) service.length() + instance.length();
      if (isTooLong(service, instance)) {
        return entries.computeIfAbsent(OTHERS_KEY, others -> new Entry());
      }
      boolean room = true;
      while (room && (entries.size() >= MAX_INSTANCES || characters + name > maxCharacters)) {
        room = foldSilent();
      }
      entry = new Entry();
      entry.characters = name;
      characters += name;
      entries.put(key, entry);
    }
    return entry;
  }

  /** Sees what an instance takes after a change, and makes room if that is too much. */
  synchronized void weigh(String service, String instance) {
    if (isTooLong(service, instance)) {
      return;
    }
    Entry entry = entry(service, instance);
    long now = (long) service.length() + instance.length();
    for (KeyValue property : entry.properties) {
      now += property.key().length() + property.value().length();
    }
    for (AgentAccount agent : entry.agents) {
      now += agent.processId().length();
      for (String figure : agent.figures().keySet()) {
        now += figure.length() + FIGURE;
      }
    }
    characters += now - entry.characters;
    entry.characters = now;
    boolean room = true;
    while (room && characters > maxCharacters) {
      room = foldSilent();
    }
  }

  /**
   * Makes room for a tenth of the book at once, so that a flood of names costs little per name;
   * false when there is nobody left.
   */
  private boolean foldSilent() {
    Entry others = entries.computeIfAbsent(OTHERS_KEY, key -> new Entry());
    List<Map.Entry<InstanceKey, Entry>> folded =
        entries.entrySet().stream()
            .filter(entry -> !entry.getKey().equals(OTHERS_KEY))
            .sorted(Comparator.comparingLong(entry -> entry.getValue().lastSeenMillis))
            .limit(Math.max(1, entries.size() / 10))
            .toList();
    for (Map.Entry<InstanceKey, Entry> silent : folded) {
      Entry entry = silent.getValue();
      others.removed = others.removed.plus(entry.removed);
      others.duplicates = others.duplicates.plus(entry.duplicates);
      entry.refused.forEach((reason, counts) -> others.refused.merge(reason, counts, Counts::plus));
      others.lastSeenMillis = Math.max(others.lastSeenMillis, entry.lastSeenMillis);
      characters -= entry.characters;
      entries.remove(silent.getKey());
    }
    changes++;
    propertyChanges++;
    return !folded.isEmpty();
  }

  private Set<InstanceKey> keys(Map<InstanceKey, InstanceTotals> kept) {
    TreeSet<InstanceKey> keys = new TreeSet<>(entries.keySet());
    keys.addAll(kept.keySet());
    return keys;
  }

  private static List<KeyValue> bounded(List<KeyValue> properties) {
    List<KeyValue> bounded = new ArrayList<>(properties.size());
    int room = MAX_PROPERTY_CHARS;
    for (KeyValue property : properties) {
      String key = cut(property.key(), room);
      room -= key.length();
      String value = cut(property.value(), room);
      room -= value.length();
      bounded.add(new KeyValue(key, value));
      if (room == 0) {
        break;
      }
    }
    return bounded;
  }

  private static String cut(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length);
  }
}
