package io.skein.agent.premain;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.InvocationTargetException;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * Where the JVM enters the agent, and the loader of everything else the agent consists of.
 *
 * <p>This is the only class of ours the application can see; being a class loader itself is what
 * keeps it the only one. The others lie in the same jar under {@code skein/} with the extension
 * {@code .classdata}, so that neither the application nor a tool that scans its class path takes
 * them for its own. The parent is the platform loader: nothing of the application, not even a
 * library that both use, reaches the agent, and nothing of the agent reaches the application.
 *
 * <p>If the agent cannot start, it says so in one line and the application runs without it.
 */
public final class SkeinAgent extends ClassLoader {
  static {
    registerAsParallelCapable();
  }

  private static final String MAIN = "io.skein.agent.engine.AgentMain";
  private static final String DIRECTORY = "skein/";

  private final ZipFile jar;

  private SkeinAgent(ZipFile jar) {
    super("skein", getPlatformClassLoader());
    this.jar = jar;
  }

  /** Called by the JVM before the application's {@code main}. */
  public static void premain(@Nullable String arguments, Instrumentation instrumentation) {
    start(arguments, instrumentation);
  }

  /** Called by the JVM when the agent is attached to a running application. */
  public static void agentmain(@Nullable String arguments, Instrumentation instrumentation) {
    start(arguments, instrumentation);
  }

  // The agent must never end the application, whatever goes wrong in it; and there is no log yet.
  @SuppressWarnings("SystemOut")
  private static void start(@Nullable String arguments, Instrumentation instrumentation) {
    try {
      File file =
          new File(SkeinAgent.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      // Never closed: classes are loaded from it as long as the JVM runs.
      SkeinAgent loader = new SkeinAgent(new ZipFile(file));
      loader
          .loadClass(MAIN)
          .getMethod("start", String.class, Instrumentation.class, File.class)
          .invoke(null, arguments == null ? "" : arguments, instrumentation, file);
    } catch (InvocationTargetException e) {
      System.err.println("[skein] not started, the application runs without it: " + e.getCause());
    } catch (Throwable e) {
      System.err.println("[skein] not started, the application runs without it: " + e);
    }
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    byte[] bytes = read(name.replace('.', '/') + ".class");
    if (bytes == null) {
      throw new ClassNotFoundException(name);
    }
    return defineClass(name, bytes, 0, bytes.length);
  }

  /** Resources are read as streams only; the agent never needs their addresses. */
  @Override
  public @Nullable InputStream getResourceAsStream(String name) {
    byte[] bytes = read(name);
    return bytes == null ? super.getResourceAsStream(name) : new ByteArrayInputStream(bytes);
  }

  private byte @Nullable [] read(String name) {
    String stored = name.endsWith(".class") ? name.concat("data") : name;
    ZipEntry entry = jar.getEntry(DIRECTORY + stored);
    if (entry == null) {
      return null;
    }
    try (InputStream in = jar.getInputStream(entry)) {
      return in.readAllBytes();
    } catch (IOException e) {
      return null;
    }
  }
}
