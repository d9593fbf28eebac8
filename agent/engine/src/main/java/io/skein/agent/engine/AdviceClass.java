package io.skein.agent.engine;

import io.skein.agent.engine.AdviceMethod.From;
import io.skein.agent.engine.AdviceMethod.Kind;
import io.skein.agent.engine.AdviceMethod.Source;
import io.skein.agent.plugin.Advice;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.AnnotationVisitor;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * An advice class, read but not loaded: it may name types that only the application's loader knows.
 *
 * @param name its binary name
 */
record AdviceClass(String name, List<AdviceMethod> methods) {
  private static final String ENTER = Type.getDescriptor(Advice.Enter.class);
  private static final String REPLACE = Type.getDescriptor(Advice.Replace.class);
  private static final String EXIT = Type.getDescriptor(Advice.Exit.class);
  private static final String REPLACE_RETURNED = Type.getDescriptor(Advice.ReplaceReturned.class);
  private static final String THIS = Type.getDescriptor(Advice.This.class);
  private static final String ARGUMENT = Type.getDescriptor(Advice.Argument.class);
  private static final String ARGUMENTS = Type.getDescriptor(Advice.Arguments.class);
  private static final String ENTERED = Type.getDescriptor(Advice.Entered.class);
  private static final String RETURNED = Type.getDescriptor(Advice.Returned.class);
  private static final String METHOD_NAME = Type.getDescriptor(Advice.MethodName.class);
  private static final String METHOD = Type.getDescriptor(Advice.Method.class);
  private static final String THROWN = Type.getDescriptor(Advice.Thrown.class);

  AdviceClass {
    methods = List.copyOf(methods);
  }

  @Nullable AdviceMethod only(Kind kind) {
    for (AdviceMethod method : methods) {
      if (method.kind() == kind) {
        return method;
      }
    }
    return null;
  }

  List<AdviceMethod> replacements() {
    return methods.stream().filter(method -> method.kind() == Kind.REPLACE).toList();
  }

  /**
   * Reads an advice class from beside its plugin.
   *
   * @throws IllegalArgumentException when it is missing or breaks the rules that {@link Advice}
   *     states
   */
  static AdviceClass read(Class<?> plugin, String simpleName) throws IOException {
    String name = plugin.getName() + "$" + simpleName;
    ClassLoader loader = plugin.getClassLoader();
    try (InputStream in =
        loader == null
            ? ClassLoader.getSystemResourceAsStream(name.replace('.', '/') + ".class")
            : loader.getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (in == null) {
        throw new IllegalArgumentException("no advice class " + name);
      }
      List<AdviceMethod> methods = new ArrayList<>();
      new ClassReader(in)
          .accept(
              new ClassVisitor(Opcodes.ASM9) {
                @Override
                public MethodVisitor visitMethod(
                    int access,
                    String method,
                    String descriptor,
                    @Nullable String signature,
                    String @Nullable [] exceptions) {
                  return new MethodReader(name, access, method, descriptor, methods);
                }
              },
              ClassReader.SKIP_CODE | ClassReader.SKIP_FRAMES);
      if (methods.isEmpty()) {
        throw new IllegalArgumentException(name + " has no advice method");
      }
      return new AdviceClass(name, methods);
    }
  }

  private static final class MethodReader extends MethodVisitor {
    private final String owner;
    private final int access;
    private final String name;
    private final String descriptor;
    private final List<AdviceMethod> found;
    private final @Nullable Source[] sources;
    private @Nullable Kind kind;
    private int replaced = -1;

    MethodReader(
        String owner, int access, String name, String descriptor, List<AdviceMethod> found) {
      super(Opcodes.ASM9);
      this.owner = owner;
      this.access = access;
      this.name = name;
      this.descriptor = descriptor;
      this.found = found;
      this.sources = new Source[Type.getArgumentTypes(descriptor).length];
    }

    @Override
    public @Nullable AnnotationVisitor visitAnnotation(String annotation, boolean visible) {
      if (annotation.equals(ENTER)) {
        kind = Kind.ENTER;
      } else if (annotation.equals(EXIT)) {
        kind = Kind.EXIT;
      } else if (annotation.equals(REPLACE_RETURNED)) {
        kind = Kind.REPLACE_RETURNED;
      } else if (annotation.equals(REPLACE)) {
        kind = Kind.REPLACE;
        return intValue(value -> replaced = value);
      }
      return null;
    }

    @Override
    public @Nullable AnnotationVisitor visitParameterAnnotation(
        int parameter, String annotation, boolean visible) {
      if (annotation.equals(THIS)) {
        sources[parameter] = new Source(From.THIS, -1);
      } else if (annotation.equals(ENTERED)) {
        sources[parameter] = new Source(From.ENTERED, -1);
      } else if (annotation.equals(RETURNED)) {
        sources[parameter] = new Source(From.RETURNED, -1);
      } else if (annotation.equals(THROWN)) {
        sources[parameter] = new Source(From.THROWN, -1);
      } else if (annotation.equals(METHOD_NAME)) {
        sources[parameter] = new Source(From.METHOD_NAME, -1);
      } else if (annotation.equals(ARGUMENTS)) {
        sources[parameter] = new Source(From.ARGUMENTS, -1);
      } else if (annotation.equals(METHOD)) {
        sources[parameter] = new Source(From.METHOD, -1);
      } else if (annotation.equals(ARGUMENT)) {
        return intValue(value -> sources[parameter] = new Source(From.ARGUMENT, value));
      }
      return null;
    }

    private static AnnotationVisitor intValue(java.util.function.IntConsumer set) {
      return new AnnotationVisitor(Opcodes.ASM9) {
        @Override
        public void visit(String attribute, Object value) {
          set.accept((Integer) value);
        }
      };
    }

    @Override
    public void visitEnd() {
      if (kind == null) {
        return;
      }
      Kind kind = this.kind;
      String where = owner + "." + name;
      check((access & Opcodes.ACC_STATIC) != 0, where + " must be static");
      check(
          found.stream().noneMatch(m -> m.kind() == kind && m.replaced() == replaced),
          where + ": a second advice of kind " + kind);
      check(!Arrays.asList(sources).contains(null), where + ": a parameter without annotation");
      boolean early = kind == Kind.ENTER || kind == Kind.REPLACE;
      List<Source> all = new ArrayList<>();
      for (Source source : sources) {
        if (source != null) {
          check(
              !early || (source.from() != From.RETURNED && source.from() != From.THROWN),
              where + ": nothing is returned or thrown before the method runs");
          check(
              early || source.from() != From.ARGUMENTS,
              where + ": all arguments are at hand only before the method runs");
          check(
              kind != Kind.ENTER || source.from() != From.ENTERED,
              where + ": nothing is entered yet");
          all.add(source);
        }
      }
      int returned = Type.getReturnType(descriptor).getSort();
      boolean reference = returned == Type.OBJECT || returned == Type.ARRAY;
      check(
          switch (kind) {
            case ENTER -> reference || returned == Type.VOID;
            case EXIT -> returned == Type.VOID;
            case REPLACE, REPLACE_RETURNED -> reference;
          },
          where + ": the return type does not fit " + kind);
      found.add(new AdviceMethod(kind, name, descriptor, replaced, all));
    }

    private static void check(boolean holds, String message) {
      if (!holds) {
        throw new IllegalArgumentException(message);
      }
    }
  }
}
