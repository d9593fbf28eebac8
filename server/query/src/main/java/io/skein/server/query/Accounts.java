package io.skein.server.query;

import io.skein.server.storage.AgentAccount;
import io.skein.server.storage.Counts;
import io.skein.server.storage.InstanceAccount;
import io.skein.server.storage.InstanceSummary;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where everything went, per instance and in all.
 *
 * <p>On the server's side {@code received = stored + duplicates + dropped} holds by construction:
 * the store counts each segment once, by its outcome, and received is their sum. What can disagree
 * is the agent's own count with ours. An instance is balanced when
 *
 * <ul>
 *   <li>the agent's figures agree with themselves: made = delivered + queued + spooled + dropped;
 *   <li>all that it counts as delivered was received here: delivered &lt;= received;
 *   <li>and nothing is stored that it does not know of: stored &lt;= delivered + queued + spooled +
 *       dropped.
 * </ul>
 *
 * <p>The last two are inequalities because an account is sent at the beginning of a call, while the
 * segments of that call are still queued by its count; because a segment is received twice when its
 * first answer got lost; and because the agent may give up on one that did arrive. When nothing was
 * repeated or dropped and nothing is queued or spooled, they say: delivered = stored.
 *
 * <p>A process that was killed had its account in memory. What it had on disk another process of
 * its service delivers in its name, with the account that stood beside it; that one takes the place
 * of the last one that was heard, and what died in memory is in neither figure any more.
 */
final class Accounts {
  private record Key(String service, String instance) {}

  private final List<InstanceAccount> accounts;
  private final Map<Key, InstanceSummary> instances = new HashMap<>();

  Accounts(List<InstanceAccount> accounts, List<InstanceSummary> instances) {
    this.accounts = accounts;
    for (InstanceSummary instance : instances) {
      this.instances.put(new Key(instance.service(), instance.name()), instance);
    }
  }

  void write(Json json, SortedMap<String, Long> messageCounts) throws IOException {
    json.object("server", () -> server(json, messageCounts));
    json.objects("instances", accounts, account -> instance(json, account));
  }

  private void server(Json json, SortedMap<String, Long> messageCounts) throws IOException {
    Counts received = Counts.NONE;
    Counts stored = Counts.NONE;
    Counts duplicates = Counts.NONE;
    SortedMap<String, Counts> dropped = new TreeMap<>();
    for (InstanceAccount account : accounts) {
      received = received.plus(account.received());
      stored = stored.plus(account.stored());
      duplicates = duplicates.plus(account.duplicates());
      account.refused().forEach((reason, counts) -> dropped.merge(reason, counts, Counts::plus));
    }
    json.number("receivedSegments", received.segments());
    json.number("receivedSpans", received.spans());
    json.number("storedSegments", stored.segments());
    json.number("storedSpans", stored.spans());
    json.number("duplicateSegments", duplicates.segments());
    json.number("duplicateSpans", duplicates.spans());
    byReason(json, "dropped", dropped);
    json.objects(
        "badMessages",
        messageCounts.entrySet(),
        entry -> {
          json.text("reason", entry.getKey());
          json.number("count", entry.getValue());
        });
  }

  private void instance(Json json, InstanceAccount account) throws IOException {
    json.text("service", account.service());
    json.text("instance", account.instance());
    List<AgentAccount> agents = account.agents();
    if (agents.isEmpty()) {
      json.nothing("made");
      json.nothing("delivered");
      json.nothing("queued");
      json.nothing("spooled");
    } else {
      amount(json, "made", sum(agents, "made"));
      amount(json, "delivered", sum(agents, "delivered"));
      amount(json, "queued", sum(agents, "queued"));
      amount(json, "spooled", sum(agents, "spooled"));
    }
    byReason(json, "agentDropped", agentDropped(agents));
    amount(json, "received", account.received());
    amount(json, "stored", account.stored());
    amount(json, "duplicates", account.duplicates());
    byReason(json, "serverDropped", account.refused());
    InstanceSummary summary = instances.get(new Key(account.service(), account.instance()));
    json.text("language", summary == null ? null : summary.property("language"));
    json.text("agentVersion", summary == null ? null : summary.property("version"));
    json.number("lastSeenMillis", account.lastSeenMillis());
    json.flag("balanced", balanced(account));
  }

  static @Nullable Boolean balanced(InstanceAccount account) {
    List<AgentAccount> agents = account.agents();
    if (agents.isEmpty()) {
      return null;
    }
    Counts dropped = Counts.NONE;
    for (Counts some : agentDropped(agents).values()) {
      dropped = dropped.plus(some);
    }
    Counts made = sum(agents, "made");
    Counts delivered = sum(agents, "delivered");
    Counts known = delivered.plus(sum(agents, "queued")).plus(sum(agents, "spooled")).plus(dropped);
    return made.equals(known)
        && isAtMost(delivered, account.received())
        && isAtMost(account.stored(), known);
  }

  private static boolean isAtMost(Counts a, Counts b) {
    return a.segments() <= b.segments() && a.spans() <= b.spans();
  }

  private static Counts sum(List<AgentAccount> agents, String figure) {
    Counts sum = Counts.NONE;
    for (AgentAccount agent : agents) {
      sum = sum.plus(agent.figure(figure + ".segments"), agent.figure(figure + ".spans"));
    }
    return sum;
  }

  private static SortedMap<String, Counts> agentDropped(List<AgentAccount> agents) {
    SortedMap<String, Counts> dropped = new TreeMap<>();
    for (AgentAccount agent : agents) {
      agent
          .figures()
          .forEach(
              (name, value) -> {
                if (name.startsWith("dropped.") && name.endsWith(".segments")) {
                  merge(dropped, name, ".segments", new Counts(value, 0));
                } else if (name.startsWith("dropped.") && name.endsWith(".spans")) {
                  merge(dropped, name, ".spans", new Counts(0, value));
                }
              });
    }
    return dropped;
  }

  private static void merge(
      SortedMap<String, Counts> dropped, String name, String unit, Counts counts) {
    int from = "dropped.".length();
    int to = name.length() - unit.length();
    if (from < to) {
      dropped.merge(name.substring(from, to), counts, Counts::plus);
    }
  }

  private static void amount(Json json, String name, Counts counts) throws IOException {
    json.object(name, () -> Api.counts(json, counts));
  }

  private static void byReason(Json json, String name, SortedMap<String, Counts> dropped)
      throws IOException {
    json.objects(
        name,
        dropped.entrySet(),
        entry -> {
          json.text("reason", entry.getKey());
          Api.counts(json, entry.getValue());
        });
  }
}
