package io.skein.testing.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.testing.compatibility.Proofs.Proof;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Every capability that is promised is proven by a test that passed, and the page that lists them
 * says which.
 *
 * <p>A test claims a capability with {@code @Tag("capability-13")}. The list is in {@code
 * capabilities.txt}; a line that begins with {@code -} is not promised yet, and says so on the
 * page. To be run with all tests ({@code ./verify}, {@code mvn verify}), because it reads their
 * reports; {@code -Dskein.docs.write=true} writes the page.
 */
class CompatibilityTest {
  private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();
  private static final Path PAGE = ROOT.resolve("docs/compatibility.md");
  private static final int SHOWN = 3;

  private static Proofs proofs;
  private static TreeMap<Integer, Capability> capabilities;

  private record Capability(int number, boolean promised, String what, String how) {}

  @BeforeAll
  static void read() throws IOException {
    proofs = Proofs.below(ROOT);
    capabilities = new TreeMap<>();
    try (InputStream in = CompatibilityTest.class.getResourceAsStream("/capabilities.txt")) {
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
        if (!line.isBlank() && !line.startsWith("#")) {
          boolean promised = !line.startsWith("-");
          String[] parts = line.substring(promised ? 0 : 1).split(" \\| ", 3);
          int number = Integer.parseInt(parts[0].strip());
          capabilities.put(
              number, new Capability(number, promised, parts[1].strip(), parts[2].strip()));
        }
      }
    }
  }

  @Test
  void everyPromisedCapabilityIsProvenByATestThatPassed() {
    List<String> unproven = new ArrayList<>();
    for (Capability capability : capabilities.values()) {
      List<Proof> claims = proofs.of(capability.number());
      if (capability.promised() && claims.stream().noneMatch(proofs::passed)) {
        unproven.add(
            capability.number()
                + " "
                + capability.what()
                + (claims.isEmpty() ? ": no test claims it" : ": none passed of " + names(claims)));
      }
    }
    assertThat(unproven).isEmpty();
  }

  @Test
  void aCapabilityThatIsProvenIsPromised() {
    assertThat(capabilities.values())
        .filteredOn(capability -> !capability.promised())
        .filteredOn(capability -> proofs.of(capability.number()).stream().anyMatch(proofs::passed))
        .isEmpty();
  }

  @Test
  void testsClaimWhatIsOnTheList() {
    assertThat(capabilities.keySet()).containsAll(proofs.claimed());
    assertThat(proofs.unknown()).isEmpty();
  }

  @Test
  void thePageIsWhatTheTestsSay() throws IOException {
    String page = page();
    if (Boolean.getBoolean("skein.docs.write")) {
      Files.writeString(PAGE, page);
    }
    assertThat(Files.readString(PAGE))
        .as("docs/compatibility.md is made from the tests: run all with -Dskein.docs.write=true")
        .isEqualTo(page);
  }

  private static String page() {
    StringBuilder page =
        new StringBuilder(
            """
            # What works, and which test says so

            Made from the marks of the tests (`@Tag("capability-13")`) and the list in
            `testing/compatibility/src/test/resources/capabilities.txt`; the build fails when a capability listed
            here has no test that passed. Do not edit.

            | | capability | with Skein | proven by |
            |---|---|---|---|
            """);
    for (Capability capability : capabilities.values()) {
      page.append("| ")
          .append(capability.number())
          .append(" | ")
          .append(capability.what())
          .append(" | ")
          .append(capability.how())
          .append(" | ")
          .append(capability.promised() ? names(proofs.of(capability.number())) : "*not yet*")
          .append(" |\n");
    }
    return page.toString();
  }

  private static String names(List<Proof> claims) {
    return claims.stream()
        .limit(SHOWN)
        .map(
            claim ->
                "`" + claim.name() + (claim.method().isEmpty() ? "" : "." + claim.method()) + "`")
        .collect(Collectors.joining(", "));
  }
}
