package io.skein.contextmanager;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ContextCarrierTest {
  /** Trace "t", segment "s", span 3, service "svc", instance "i", endpoint "/e", address "a:1". */
  private static final String SW8 = "1-dA==-cw==-3-c3Zj-aQ==-L2U=-YToxLg==";

  /** From the tests of a client that speaks version 2. */
  private static final String SW6 =
      "1-My40LjU=-MS4yLjM=-4-1-1-IzEyNy4wLjAuMTo4MDgw-Iy9wb3J0YWw=-MTIz";

  @Test
  @Tag("capability-88")
  void readsAndWritesTheHeader() {
    ContextCarrier carrier = new ContextCarrier().deserialize(SW8);
    assertThat(carrier.isValid()).isTrue();
    assertThat(carrier.serialize()).isEqualTo(SW8);
    assertThat(carrier.getTraceId()).isEqualTo("t");
    assertThat(new ContextCarrier().deserialize(" " + SW8 + " ").serialize()).isEqualTo(SW8);
  }

  @Test
  @Tag("capability-84")
  void readsTheOlderHeaderToo() {
    ContextCarrier carrier = new ContextCarrier().deserialize(SW6);
    assertThat(carrier.isValid()).isTrue();
    assertThat(carrier.getTraceId()).isEqualTo("3.4.5");
    // trace 3.4.5, segment 1.2.3, span 4, instance 1, endpoint /portal, address 127.0.0.1:8080
    assertThat(carrier.serialize())
        .isEqualTo(
            "1-My40LjU=-MS4yLjM=-4-dW5rbm93bi1zZXJ2aWNl-aW5zdGFuY2UgMQ==-L3BvcnRhbA==-MTI3LjAuMC4xOjgwODA=");
  }

  @Test
  void newerHeaderCountsMoreWhicheverComesFirst() {
    assertThat(new ContextCarrier().set("SW6", SW6).set("sw8", SW8).getTraceId()).isEqualTo("t");
    assertThat(new ContextCarrier().set("Sw8", SW8).set("sw6", SW6).getTraceId()).isEqualTo("t");
    assertThat(new ContextCarrier().set("sw6", SW6).getTraceId()).isEqualTo("3.4.5");
    assertThat(new ContextCarrier().set("sw6", SW6).set("sw8", "damaged").getTraceId())
        .isEqualTo("3.4.5");
  }

  @Test
  void takesOnlyItsOwnHeaders() {
    ContextCarrier carrier =
        new ContextCarrier()
            .set("accept", "*/*")
            .set(null, "x")
            .set("sw8", null)
            .set("sw8-correlation", "YQ==:Yg==")
            .set("SW8-X", "1-");
    assertThat(carrier.items()).containsOnlyKeys("sw8-correlation", "sw8-x");
    assertThat(carrier.isValid()).isFalse();
    assertThat(carrier.serialize()).isEmpty();
    assertThat(carrier.getTraceId()).isEmpty();
  }

  @Test
  @Tag("capability-85")
  void whatIsDamagedIsNothing() {
    for (String damaged :
        List.of(
            "",
            "-",
            "1-------",
            "2" + SW8.substring(1),
            SW8 + "-",
            SW8 + "-a-b",
            "1-dA==-cw==-x-c3Zj-aQ==-L2U=-YToxLg==",
            "1-dA==-cw==-99999999999-c3Zj-aQ==-L2U=-YToxLg==",
            "1-!-cw==-3-c3Zj-aQ==-L2U=-YToxLg==",
            SW6.replace("-4-", "-four-"),
            "1-" + "A".repeat(5000))) {
      ContextCarrier carrier = new ContextCarrier().deserialize(SW8).deserialize(damaged);
      assertThat(carrier.isValid()).as(damaged).isFalse();
    }
  }

  @Test
  void notRecordedIsSaid() {
    assertThat(new ContextCarrier().deserialize("0-------").serialize()).isEqualTo("0-------");
  }

  @Test
  @Tag("capability-85")
  void anyTextCanBeRead() {
    Random random = new Random(1);
    for (int i = 0; i < 50_000; i++) {
      StringBuilder text = new StringBuilder(i % 2 == 0 ? SW8 : SW6);
      for (int changes = random.nextInt(5); changes >= 0; changes--) {
        text.setCharAt(random.nextInt(text.length()), (char) random.nextInt(300));
      }
      ContextCarrier carrier = new ContextCarrier().deserialize(text.toString());
      assertThat(carrier.isValid()).isEqualTo(!carrier.serialize().isEmpty());
      assertThat(carrier.getTraceId()).isNotNull();
    }
  }
}
