package io.skein.testing.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.commons.ClassRemapper;
import org.objectweb.asm.commons.Remapper;

/**
 * Lets an application that is written once, for {@code jakarta.servlet}, run on a container that
 * has {@code javax.servlet}: its classes are copied with the package renamed. A second source tree
 * would drift from the first.
 */
final class JavaxNames {
  private static final String JAKARTA = "jakarta/servlet/";
  private static final String JAVAX = "javax/servlet/";

  /** Jetty's own classes for each of the two. */
  private static final String JETTY_JAKARTA = "org/eclipse/jetty/ee9/";

  private static final String JETTY_JAVAX = "org/eclipse/jetty/ee8/";

  private JavaxNames() {}

  static boolean isNeeded(List<Path> jars) {
    return contains(jars, JAVAX + "Servlet.class") && !contains(jars, JAKARTA + "Servlet.class");
  }

  private static boolean contains(List<Path> jars, String entry) {
    for (Path each : jars) {
      try (JarFile jar = new JarFile(each.toFile())) {
        if (jar.getEntry(entry) != null) {
          return true;
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return false;
  }

  /** Copies each directory or jar into a temporary directory that is deleted when the JVM ends. */
  static List<Path> copies(Collection<Path> classPath) {
    List<Path> copies = new ArrayList<>();
    for (Path each : classPath) {
      try {
        Path copy = TemporaryFiles.directory("skein-javax");
        if (Files.isDirectory(each)) {
          copy(each, copy);
        } else {
          try (FileSystem jar = FileSystems.newFileSystem(each)) {
            copy(jar.getPath("/"), copy);
          }
        }
        copies.add(copy);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return copies;
  }

  private static void copy(Path from, Path to) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(from)) {
      files = all.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      Path target = to.resolve(from.relativize(file).toString());
      Files.createDirectories(target.getParent());
      byte[] bytes = Files.readAllBytes(file);
      Files.write(target, file.toString().endsWith(".class") ? renamed(bytes) : bytes);
    }
  }

  private static byte[] renamed(byte[] classFile) {
    ClassWriter writer = new ClassWriter(0);
    new ClassReader(classFile).accept(new ClassRemapper(writer, new Renaming()), 0);
    return writer.toByteArray();
  }

  private static final class Renaming extends Remapper {
    Renaming() {
      super(org.objectweb.asm.Opcodes.ASM9);
    }

    @Override
    public String map(String internalName) {
      if (internalName.startsWith(JAKARTA)) {
        return JAVAX + internalName.substring(JAKARTA.length());
      }
      return internalName.startsWith(JETTY_JAKARTA)
          ? JETTY_JAVAX + internalName.substring(JETTY_JAKARTA.length())
          : internalName;
    }

    /** Names of request attributes are texts: the compiler has copied the constants. */
    @Override
    public Object mapValue(Object value) {
      return value instanceof String text && text.startsWith("jakarta.servlet.")
          ? "javax" + text.substring("jakarta".length())
          : super.mapValue(value);
    }
  }
}
