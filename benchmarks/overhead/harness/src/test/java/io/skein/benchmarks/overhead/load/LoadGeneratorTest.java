package io.skein.benchmarks.overhead.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LoadGeneratorTest {
  @Test
  void everyRequestOfClosedLoopIsAnsweredAndCountedOnBothSides() throws Exception {
    try (Downstream server = new Downstream()) {
      LoadGenerator load = new LoadGenerator(server.port());
      LoadGenerator.Outcome outcome = load.saturate("/price", 4, Duration.ofMillis(300));
      assertThat(outcome.failed()).isZero();
      assertThat(outcome.answered()).isPositive().isEqualTo(server.answered());
      assertThat(load.answered()).isEqualTo(outcome.answered());
    }
  }

  @Test
  void atRateAsManyAreSentAsAreDueHoweverFastTheyAreAnswered() throws Exception {
    try (Downstream server = new Downstream()) {
      LoadGenerator.Outcome outcome =
          new LoadGenerator(server.port()).atRate("/price", 200, Duration.ofSeconds(1));
      // Due at 0, 5, 10 ... 995 ms; those that came due while the thread had no processor follow,
      // so
      // only the very last can be missing.
      assertThat(outcome.answered()).isBetween(180L, 200L);
      assertThat(outcome.medianMicros()).isPositive().isLessThanOrEqualTo(outcome.p99Micros());
    }
  }

  @Test
  void requestsToServiceThatIsGoneFailAndDoNotHang() throws Exception {
    Downstream server = new Downstream();
    Thread end =
        new Thread(
            () -> {
              try {
                Thread.sleep(100);
                server.close();
              } catch (IOException | InterruptedException unexpected) {
                throw new IllegalStateException(unexpected);
              }
            });
    end.start();
    LoadGenerator.Outcome outcome =
        new LoadGenerator(server.port()).atRate("/price", 100, Duration.ofMillis(300));
    end.join();
    assertThat(outcome.answered()).isBetween(1L, 29L);
  }

  @Test
  void answersEndWhereTheirLengthOrTheirLastChunkSaysInHoweverManyPiecesTheyCome()
      throws IOException {
    String answers =
        "HTTP/1.1 200 \r\nContent-Length: 5\r\n\r\nhello"
            + "HTTP/1.1 404 Not Found\r\nX: y\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "a;x=y\r\n0123456789\r\n3\r\n\r\n\r\r\n0\r\n\r\n"
            + "HTTP/1.1 204 No Content\r\n\r\n"
            + "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
    byte[] bytes = answers.getBytes(StandardCharsets.US_ASCII);
    for (int piece = 1; piece <= bytes.length; piece++) {
      AnswerReader reader = new AnswerReader();
      StringBuilder seen = new StringBuilder();
      for (int from = 0; from < bytes.length; from += piece) {
        ByteBuffer input = ByteBuffer.wrap(bytes, from, Math.min(piece, bytes.length - from));
        while (reader.read(input)) {
          seen.append(reader.status()).append(' ');
        }
      }
      assertThat(seen).as("in pieces of %d", piece).hasToString("200 404 204 200 ");
    }
  }
}
