package io.skein.testing.architecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;

/**
 * All compiled classes of the project, each known to live in the module whose directory it is in.
 */
final class Modules {
  private static final Set<String> NOT_ENTERED =
      Set.of("src", "node_modules", ".git", "build", "surefire-reports");

  /** Class name to module, a directory such as {@code agent/plugin}. */
  private final Map<String, String> moduleOf = new TreeMap<>();

  private final List<JavaClass> classes = new ArrayList<>();

  static Modules below(Path root) throws IOException {
    Modules modules = new Modules();
    for (Path directory : compiled(root)) {
      String module = root.relativize(directory.getParent().getParent()).toString();
      JavaClasses imported = new ClassFileImporter().importPath(directory);
      // Types that a class only names are imported as stubs without a source; they live elsewhere.
      imported
          .that(DescribedPredicate.describe("compiled here", type -> type.getSource().isPresent()))
          .forEach(
              type -> {
                modules.moduleOf.put(type.getName(), module.replace('\\', '/'));
                modules.classes.add(type);
              });
    }
    return modules;
  }

  private static List<Path> compiled(Path root) throws IOException {
    List<Path> found = new ArrayList<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            if (directory.endsWith("target/classes")) {
              found.add(directory);
              return FileVisitResult.SKIP_SUBTREE;
            }
            return NOT_ENTERED.contains(directory.getFileName().toString())
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }
        });
    return found;
  }

  Set<String> names() {
    return new TreeSet<>(moduleOf.values());
  }

  /**
   * Each use of another of the project's modules by {@code module} that {@code allowed} refuses; it
   * is given the used module and the used class.
   */
  List<String> usesWithin(String module, BiPredicate<String, JavaClass> allowed) {
    return uses(
        module,
        target -> {
          String used = moduleOf.get(target.getName());
          return used == null || used.equals(module) || allowed.test(used, target);
        });
  }

  /** Each use of a class outside the project whose name begins with none of the prefixes. */
  List<String> usesOutside(String module, List<String> allowedPrefixes) {
    return uses(
        module,
        target ->
            moduleOf.containsKey(target.getName())
                || target.isPrimitive()
                || allowedPrefixes.stream().anyMatch(target.getName()::startsWith));
  }

  private List<String> uses(String module, java.util.function.Predicate<JavaClass> allowed) {
    Set<String> refused = new TreeSet<>();
    for (JavaClass origin : classes) {
      if (!module.equals(moduleOf.get(origin.getName()))) {
        continue;
      }
      for (Dependency dependency : origin.getDirectDependenciesFromSelf()) {
        JavaClass target = dependency.getTargetClass().getBaseComponentType();
        if (!allowed.test(target)) {
          refused.add(origin.getName() + " -> " + target.getName());
        }
      }
    }
    return List.copyOf(refused);
  }
}
