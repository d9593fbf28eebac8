package io.skein.testing.compatibility;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.properties.HasAnnotations;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Tags;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** Which tests claim to prove which capability, and how they went. */
final class Proofs {
  private static final String MARK = "capability-";

  private final Map<Integer, List<Proof>> ofCapability = new TreeMap<>();
  private final List<String> unknown = new ArrayList<>();
  private final Map<String, List<Case>> cases = new TreeMap<>();

  /**
   * A test that claims something.
   *
   * @param method empty when the whole class does
   * @param classes the class, or those that inherit the test
   */
  record Proof(String name, String method, List<String> classes) {}

  private record Case(String name, boolean passed) {}

  /** Reads the compiled tests and the reports below a directory. */
  static Proofs below(Path root) throws IOException {
    Proofs proofs = new Proofs();
    List<Path> tests = new ArrayList<>();
    List<Path> reports = new ArrayList<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            String name = directory.getFileName().toString();
            if (directory.endsWith("target/test-classes")) {
              tests.add(directory);
            } else if (directory.endsWith("target/surefire-reports")) {
              reports.add(directory);
            } else if (!List.of("src", "node_modules", ".git", "build", "classes").contains(name)) {
              return FileVisitResult.CONTINUE;
            }
            return FileVisitResult.SKIP_SUBTREE;
          }
        });
    JavaClasses classes = new ClassFileImporter().importPaths(tests);
    for (JavaClass type : classes) {
      proofs.add(type, "", type);
      for (JavaMethod method : type.getMethods()) {
        proofs.add(method, method.getName(), type);
      }
    }
    proofs
        .ofCapability
        .values()
        .forEach(list -> list.sort(Comparator.comparing(Proof::name).thenComparing(Proof::method)));
    for (Path directory : reports) {
      try (Stream<Path> files = Files.list(directory)) {
        for (Path file : files.filter(Proofs::isReport).sorted().toList()) {
          proofs.readReport(file);
        }
      }
    }
    return proofs;
  }

  private static boolean isReport(Path file) {
    String name = file.getFileName().toString();
    return name.startsWith("TEST-") && name.endsWith(".xml");
  }

  private void add(HasAnnotations<?> tagged, String method, JavaClass type) {
    List<String> tags = new ArrayList<>();
    tagged.tryGetAnnotationOfType(Tag.class).ifPresent(tag -> tags.add(tag.value()));
    tagged
        .tryGetAnnotationOfType(Tags.class)
        .ifPresent(
            several -> {
              for (Tag tag : several.value()) {
                tags.add(tag.value());
              }
            });
    for (String tag : tags) {
      if (tag.startsWith(MARK)) {
        List<String> classes = new ArrayList<>(List.of(type.getName()));
        type.getAllSubclasses().forEach(subclass -> classes.add(subclass.getName()));
        Proof proof = new Proof(type.getSimpleName(), method, List.copyOf(classes));
        try {
          int number = Integer.parseInt(tag.substring(MARK.length()));
          ofCapability.computeIfAbsent(number, n -> new ArrayList<>()).add(proof);
        } catch (NumberFormatException e) {
          unknown.add(type.getName() + ": " + tag);
        }
      }
    }
  }

  private void readReport(Path file) throws IOException {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      NodeList found =
          factory
              .newDocumentBuilder()
              .parse(file.toFile())
              .getDocumentElement()
              .getElementsByTagName("testcase");
      for (int i = 0; i < found.getLength(); i++) {
        Element testcase = (Element) found.item(i);
        boolean passed =
            Stream.of("failure", "error", "skipped")
                .allMatch(outcome -> testcase.getElementsByTagName(outcome).getLength() == 0);
        cases
            .computeIfAbsent(testcase.getAttribute("classname"), name -> new ArrayList<>())
            .add(new Case(testcase.getAttribute("name"), passed));
      }
    } catch (ParserConfigurationException | SAXException e) {
      throw new IOException(file + " is not a report", e);
    }
  }

  /** The tests that claim a capability, in the order of their names. */
  List<Proof> of(int capability) {
    return ofCapability.getOrDefault(capability, List.of());
  }

  /** The numbers that any test claims. */
  List<Integer> claimed() {
    return List.copyOf(ofCapability.keySet());
  }

  /** Marks that are no number. */
  List<String> unknown() {
    return unknown;
  }

  /** Whether a test ran, and every run of it that was not skipped passed. */
  boolean passed(Proof proof) {
    List<Case> runs = new ArrayList<>();
    for (String type : proof.classes()) {
      for (Case run : cases.getOrDefault(type, List.of())) {
        if (proof.method().isEmpty() || isRunOf(proof.method(), run.name())) {
          runs.add(run);
        }
      }
    }
    return runs.stream().anyMatch(Case::passed);
  }

  /** Runs of tests with parameters are called by the method and something behind it. */
  private static boolean isRunOf(String method, String run) {
    return run.startsWith(method)
        && (run.length() == method.length() || "([{ ".indexOf(run.charAt(method.length())) >= 0);
  }
}
