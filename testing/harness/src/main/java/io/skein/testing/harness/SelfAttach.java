package io.skein.testing.harness;

import com.sun.tools.attach.VirtualMachine;
import java.io.OutputStream;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;

/**
 * Gets the {@link Instrumentation} of the running JVM by attaching to itself, so that a debugger
 * started on a test needs no agent on its command line.
 */
public final class SelfAttach {
  private static volatile @Nullable Instrumentation instrumentation;

  private SelfAttach() {}

  /** Called by the JVM; the class is the one that is already loaded. */
  public static void agentmain(String arguments, Instrumentation given) {
    instrumentation = given;
  }

  static synchronized Instrumentation instrumentation() {
    Instrumentation known = instrumentation;
    if (known != null) {
      return known;
    }
    try {
      Path jar = TemporaryFiles.directory("skein-attach").resolve("attach.jar");
      Manifest manifest = new Manifest();
      manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
      manifest.getMainAttributes().putValue("Agent-Class", SelfAttach.class.getName());
      manifest.getMainAttributes().putValue("Can-Retransform-Classes", "true");
      manifest.getMainAttributes().putValue("Can-Redefine-Classes", "true");
      try (OutputStream file = Files.newOutputStream(jar)) {
        new JarOutputStream(file, manifest).close();
      }
      VirtualMachine self = VirtualMachine.attach(Long.toString(ProcessHandle.current().pid()));
      try {
        self.loadAgent(jar.toString());
      } finally {
        self.detach();
      }
    } catch (Exception e) {
      throw cannotAttach(e);
    }
    Instrumentation attached = instrumentation;
    if (attached == null) {
      throw new IllegalStateException("attached, but the JVM gave no Instrumentation");
    }
    return attached;
  }

  private static IllegalStateException cannotAttach(Exception cause) {
    return new IllegalStateException(
        "this JVM cannot attach to itself: start it with"
            + " -Djdk.attach.allowAttachSelf=true -XX:+EnableDynamicAgentLoading",
        cause);
  }
}
