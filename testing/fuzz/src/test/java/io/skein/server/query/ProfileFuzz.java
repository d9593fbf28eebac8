package io.skein.server.query;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.skein.server.storage.InMemoryTraceStore;
import io.skein.server.storage.profile.Snapshot;
import io.skein.testing.fuzz.Check;
import io.skein.testing.fuzz.Input;
import io.skein.wire.decode.MalformedMessageException;
import io.skein.wire.decode.ProfileReader;
import io.skein.wire.model.ThreadSnapshot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * A letter for what it is: the body of a request that changes something; a snapshot as a message;
 * or snapshots of two segments, number, time and stack by some bytes each, which are analysed.
 * Every answer is JSON, and no node has more than the one above it.
 */
public final class ProfileFuzz {
  private static final JsonFactory JACKSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
  private static final InstantSource CLOCK =
      InstantSource.fixed(java.time.Instant.ofEpochMilli(1_700_000_000_000L));

  private ProfileFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) throws IOException {
    Input input = new Input(data);
    switch (input.below(3)) {
      case 0 -> change(input);
      case 1 -> message(input.rest());
      default -> snapshots(input);
    }
  }

  private static void change(Input input) throws IOException {
    String path = "/api/profile/tasks" + (input.flag() ? "" : "/stop");
    InMemoryTraceStore store = new InMemoryTraceStore();
    Api api = new Api(store, new Facts(), CLOCK);
    byte[] answer;
    boolean done = false;
    try (Api.Result result = api.change(path, input.rest())) {
      answer = written(result);
      done = true;
    } catch (RequestException e) {
      Check.that(e.status() >= 400 && e.status() < 500, "status " + e.status());
      answer = Front.body(e);
    }
    readable(answer);
    int tasks = store.profileTasks().list(null, null, 10).size();
    Check.equal(tasks, done ? 1 : 0, "tasks");
    readable(asked(api, "tasks", null));
  }

  private static void message(byte[] bytes) throws IOException {
    ThreadSnapshot message;
    try {
      message = ProfileReader.snapshot(bytes);
    } catch (MalformedMessageException e) {
      return;
    }
    analyse(
        List.of(
            new Snapshot(
                Snapshot.SLOW,
                "s",
                message.millis(),
                Math.max(0, message.sequence()),
                message.frames(),
                message.state() & 0x7f,
                Math.max(0, message.periodMillis()),
                Math.max(0, message.framesCut()),
                message.taskId(),
                message.segmentId(),
                0)));
  }

  private static void snapshots(Input input) throws IOException {
    List<Snapshot> snapshots = new ArrayList<>();
    long millis = input.flag() ? 1_700_000_000_000L : input.number();
    while (input.hasMore() && snapshots.size() < 200) {
      int what = input.next();
      millis += (what & 1) == 0 ? input.next() : input.number();
      int depth = input.below(12);
      List<String> frames = new ArrayList<>();
      for (int i = 0; i < depth; i++) {
        frames.add("p.C" + input.below(4) + ".m:" + (i % 3 - 2));
      }
      snapshots.add(
          new Snapshot(
              Snapshot.SLOW,
              (what & 2) == 0 ? "a" : "s",
              millis,
              (what & 4) == 0 ? snapshots.size() : input.next(),
              frames,
              what >> 5,
              (what & 8) == 0 ? 10 : input.next() << 12,
              (what & 16) == 0 ? 0 : 3,
              "",
              "",
              0));
    }
    analyse(snapshots);
  }

  private static void analyse(List<Snapshot> snapshots) throws IOException {
    InMemoryTraceStore store = new InMemoryTraceStore();
    store.profiles().append(snapshots).join();
    Api api = new Api(store, new Facts(), CLOCK);
    readable(asked(api, "analysis", "task=" + Snapshot.SLOW));
    readable(asked(api, "analysis", "segment=s&segment=a&from=0"));
    readable(asked(api, "segments", "traceId=t"));
    trees(asked(api, "analysis", "segment=s&segment=a&form=trees"));
  }

  private static byte[] asked(Api api, String path, String query) throws IOException {
    try (Api.Result result = api.answer("/api/profile/" + path, query)) {
      return written(result);
    } catch (RequestException e) {
      throw new AssertionError(path + " refuses", e);
    }
  }

  private static byte[] written(Api.Result result) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Json json = new Json(out);
    json.object(() -> result.write(json));
    json.finish();
    return out.toByteArray();
  }

  private static void readable(byte[] answer) throws IOException {
    try (JsonParser parser = JACKSON.createParser(answer)) {
      while (parser.nextToken() != null) {
        if (parser.currentToken().isScalarValue()) {
          Check.that(Input.wellFormed(parser.getText()), "half of a character");
        }
      }
    }
  }

  private static void trees(byte[] answer) throws IOException {
    try (JsonParser parser = JACKSON.createParser(answer)) {
      while (parser.nextToken() != null) {
        String name = parser.currentName();
        if (parser.currentToken().isNumeric()) {
          Check.that(parser.getLongValue() >= 0, name + " is " + parser.getLongValue());
        }
      }
    }
  }
}
