package io.skein.agent.engine;

import io.skein.agent.boot.Dispatcher;
import java.io.IOException;
import java.io.InputStream;
import java.lang.instrument.Instrumentation;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Map;
import java.util.Set;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Defines {@link Dispatcher} into {@code java.lang} and hands it the linker. See {@link Dispatcher}
 * for why it lives there.
 */
final class BootDispatcher {
  /** Its internal name inside woven classes. */
  static final String NAME = "java/lang/SkeinDispatcher";

  private static final String SOURCE = Dispatcher.class.getName().replace('.', '/');

  private BootDispatcher() {}

  /**
   * Makes the dispatcher ready to link; a second engine in the same JVM takes the first one's
   * place.
   */
  static void install(Instrumentation instrumentation, MethodHandle linker)
      throws IOException, ReflectiveOperationException {
    // The engine's own module may now look into java.lang; nobody else's view changes.
    instrumentation.redefineModule(
        Object.class.getModule(),
        Set.of(),
        Map.of(),
        Map.of("java.lang", Set.of(BootDispatcher.class.getModule())),
        Set.of(),
        Map.of());
    MethodHandles.Lookup javaLang =
        MethodHandles.privateLookupIn(Object.class, MethodHandles.lookup());
    Class<?> dispatcher;
    try {
      dispatcher = Class.forName(NAME.replace('/', '.'), false, null);
    } catch (ClassNotFoundException firstEngine) {
      dispatcher = javaLang.defineClass(renamed());
    }
    VarHandle field =
        MethodHandles.privateLookupIn(dispatcher, MethodHandles.lookup())
            .findStaticVarHandle(dispatcher, "linker", MethodHandle.class);
    field.setVolatile(linker);
  }

  private static byte[] renamed() throws IOException {
    try (InputStream in =
        BootDispatcher.class.getClassLoader().getResourceAsStream(SOURCE + ".class")) {
      if (in == null) {
        throw new IOException(SOURCE + ".class is missing from the agent");
      }
      ClassReader reader = new ClassReader(in);
      ClassWriter writer = new ClassWriter(0);
      reader.accept(new Renamer(writer), 0);
      return writer.toByteArray();
    }
  }

  /**
   * The dispatcher names itself only as the owner of its own members, so this is all that renaming
   * takes.
   */
  private static final class Renamer extends ClassVisitor {
    Renamer(ClassVisitor next) {
      super(Opcodes.ASM9, next);
    }

    @Override
    public void visit(
        int version, int access, String name, String signature, String parent, String[] types) {
      super.visit(version, access, NAME, signature, parent, types);
    }

    @Override
    public MethodVisitor visitMethod(
        int access, String name, String descriptor, String signature, String[] exceptions) {
      return new MethodVisitor(
          Opcodes.ASM9, super.visitMethod(access, name, descriptor, signature, exceptions)) {
        @Override
        public void visitFieldInsn(int opcode, String owner, String field, String type) {
          super.visitFieldInsn(opcode, renamed(owner), field, type);
        }

        @Override
        public void visitMethodInsn(
            int opcode, String owner, String method, String type, boolean isInterface) {
          super.visitMethodInsn(opcode, renamed(owner), method, type, isInterface);
        }
      };
    }

    private static String renamed(String owner) {
      return owner.equals(SOURCE) ? NAME : owner;
    }
  }
}
