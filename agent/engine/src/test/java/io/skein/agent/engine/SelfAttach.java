package io.skein.agent.engine;

import com.sun.tools.attach.VirtualMachine;
import java.io.OutputStream;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** Gets this JVM's Instrumentation by attaching a tiny agent to itself. */
public final class SelfAttach {
  private static volatile Instrumentation instrumentation;

  private SelfAttach() {}

  public static void agentmain(String args, Instrumentation given) {
    instrumentation = given;
  }

  static synchronized Instrumentation instrumentation() throws Exception {
    if (instrumentation == null) {
      Manifest manifest = new Manifest();
      Attributes main = manifest.getMainAttributes();
      main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
      main.putValue("Agent-Class", SelfAttach.class.getName());
      main.putValue("Can-Retransform-Classes", "true");
      main.putValue("Can-Redefine-Classes", "true");
      Path jar = Files.createTempFile("skein-self-attach", ".jar");
      try (OutputStream out = Files.newOutputStream(jar)) {
        new JarOutputStream(out, manifest).close();
      }
      VirtualMachine self = VirtualMachine.attach(Long.toString(ProcessHandle.current().pid()));
      try {
        self.loadAgent(jar.toString());
      } finally {
        self.detach();
        Files.delete(jar);
      }
    }
    return instrumentation;
  }
}
