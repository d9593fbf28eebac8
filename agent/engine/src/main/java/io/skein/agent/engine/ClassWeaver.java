package io.skein.agent.engine;

import io.skein.agent.plugin.AnnotationValues;
import io.skein.agent.plugin.MethodShape;
import io.skein.agent.plugin.WovenMethod;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.AnnotationVisitor;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Weaves the rules that apply to one class into its methods.
 *
 * <p>Only method bodies change: no field, method, interface or modifier. So the JVM accepts the
 * result for a class that is already loaded, other agents can transform it again, and taking our
 * transformer out restores it.
 */
final class ClassWeaver {
  /**
   * Java 7, the first class file version that has {@code invokedynamic}. Older ones are left alone.
   */
  private static final int OLDEST = Opcodes.V1_7;

  private final Linker linker;

  ClassWeaver(Linker linker) {
    this.linker = linker;
  }

  /**
   * Returns the woven class, or null when no method matches.
   *
   * @throws CannotWeave when the class has a shape that cannot be woven; the class is then left
   *     alone
   */
  byte @Nullable [] weave(byte[] original, List<Rule> rules) {
    ClassReader reader = reader(original);
    Map<String, MethodPlan> plans = new HashMap<>();
    reader.accept(new Scan(rules, plans), ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
    if (plans.isEmpty()) {
      return null;
    }
    int version = reader.readUnsignedShort(6);
    if (version < (OLDEST & 0xFFFF)) {
      throw new CannotWeave(
          "class file version " + version + " is older than Java 7's, which cannot call advice");
    }
    ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
    reader.accept(
        new ClassVisitor(Opcodes.ASM9, writer) {
          @Override
          public MethodVisitor visitMethod(
              int access,
              String name,
              String descriptor,
              @Nullable String signature,
              String @Nullable [] exceptions) {
            MethodVisitor next = super.visitMethod(access, name, descriptor, signature, exceptions);
            MethodPlan plan = plans.get(name + descriptor);
            if (plan == null) {
              return next;
            }
            // Frames pass from the first weaver of the chain to the last, each adding its variables
            // behind those of the
            // ones before; so the slots are counted from the chain's head.
            int[] bases = new int[plan.around.size()];
            int free = plan.maxLocals;
            for (int i = bases.length - 1; i >= 0; i--) {
              bases[i] = free;
              free += MethodWeaver.slots(access, name, descriptor, plan.around.get(i));
            }
            MethodVisitor visitor = next;
            for (int i = 0; i < bases.length; i++) {
              visitor =
                  new MethodWeaver(
                      visitor,
                      access,
                      name,
                      descriptor,
                      plan.around.get(i),
                      linker,
                      bases[i],
                      plan.text);
            }
            return plan.calls.isEmpty() ? visitor : new CallWeaver(visitor, plan.calls, linker);
          }
        },
        ClassReader.EXPAND_FRAMES);
    return writer.toByteArray();
  }

  /**
   * Reads a class of any version. ASM refuses versions newer than it knows, although new versions
   * rarely change what a method body looks like; a JDK of next year should not switch tracing off.
   * If it did change, parsing fails and the class is left alone.
   */
  static ClassReader reader(byte[] bytes) {
    int newestKnown = Opcodes.V27 & 0xFFFF;
    int major = (bytes[6] & 0xFF) << 8 | (bytes[7] & 0xFF);
    if (major <= newestKnown) {
      return new ClassReader(bytes);
    }
    byte[] copy = bytes.clone();
    copy[6] = (byte) (newestKnown >> 8);
    copy[7] = (byte) newestKnown;
    ClassReader reader = new ClassReader(copy);
    // The reader keeps the array; the true version goes back before anything is copied out of it.
    copy[6] = bytes[6];
    copy[7] = bytes[7];
    return reader;
  }

  /** What is woven into one method. */
  private static final class MethodPlan {
    final List<Rule> around = new ArrayList<>();
    final List<Rule> calls = new ArrayList<>();
    int maxLocals;

    /** The method as {@link MethodText} writes it; empty when no advice asks for it. */
    String text = "";
  }

  /** The first pass: which methods match, and how many local variables they have. */
  private static final class Scan extends ClassVisitor {
    private final List<Rule> rules;
    private final Map<String, MethodPlan> plans;
    private final boolean readAnnotations;
    private final Set<String> ofType = new HashSet<>();
    private String className = "";

    Scan(List<Rule> rules, Map<String, MethodPlan> plans) {
      super(Opcodes.ASM9);
      this.rules = rules;
      this.plans = plans;
      this.readAnnotations = rules.stream().anyMatch(Rule::isAboutAnnotations);
    }

    @Override
    public void visit(
        int version,
        int access,
        String name,
        @Nullable String signature,
        @Nullable String superName,
        String @Nullable [] interfaces) {
      className = name.replace('/', '.');
    }

    @Override
    public @Nullable AnnotationVisitor visitAnnotation(String descriptor, boolean visible) {
      ofType.add(Type.getType(descriptor).getClassName());
      return null;
    }

    @Override
    public @Nullable MethodVisitor visitMethod(
        int access,
        String name,
        String descriptor,
        @Nullable String signature,
        String @Nullable [] exceptions) {
      if ((access & (Opcodes.ACC_ABSTRACT | Opcodes.ACC_NATIVE)) != 0 || name.equals("<clinit>")) {
        return null;
      }
      if (!readAnnotations) {
        MethodPlan plan = plan(access, name, descriptor, Map.of());
        return plan == null ? null : new Locals(plan);
      }
      // Annotations come before the code, and which rules apply is known after them.
      return new MethodVisitor(Opcodes.ASM9) {
        private final Map<String, AnnotationValues> annotations = new LinkedHashMap<>();
        private int locals;

        @Override
        public AnnotationVisitor visitAnnotation(String type, boolean visible) {
          String typeName = Type.getType(type).getClassName();
          return new ValueReader(typeName, read -> annotations.put(typeName, read));
        }

        @Override
        public void visitMaxs(int maxStack, int maxLocals) {
          locals = maxLocals;
        }

        @Override
        public void visitEnd() {
          MethodPlan plan = plan(access, name, descriptor, annotations);
          if (plan != null) {
            plan.maxLocals = locals;
          }
        }
      };
    }

    private @Nullable MethodPlan plan(
        int access, String name, String descriptor, Map<String, AnnotationValues> annotations) {
      MethodShape shape = shape(access, name, descriptor, annotations.keySet());
      MethodPlan plan = new MethodPlan();
      for (Rule rule : rules) {
        if (rule.state.isOn()
            && (rule.typeAnnotations.isEmpty()
                || rule.typeAnnotations.stream().anyMatch(ofType::contains))
            && (rule.methodAnnotations.isEmpty()
                || rule.methodAnnotations.stream().anyMatch(annotations::containsKey))
            && rule.where.matches(shape)) {
          (rule.isCall() ? plan.calls : plan.around).add(rule);
        }
      }
      if (plan.around.isEmpty() && plan.calls.isEmpty()) {
        return null;
      }
      // A bridge method only calls the method it bridges to, which matches as well.
      if ((access & Opcodes.ACC_BRIDGE) != 0) {
        return null;
      }
      Set<String> wanted = new HashSet<>();
      boolean asked = false;
      for (Rule rule : plan.around) {
        AdviceClass advice = adviceOf(rule);
        MethodWeaver.check(rule, advice, access, name, descriptor);
        asked |= advice.methods().stream().anyMatch(each -> each.takes(AdviceMethod.From.METHOD));
        wanted.addAll(rule.methodAnnotations);
      }
      if (asked) {
        plan.text =
            MethodText.of(
                new WovenMethod(
                    className,
                    name,
                    shape.argumentTypes(),
                    shape.returnType(),
                    annotations.values().stream()
                        .filter(each -> wanted.contains(each.type()))
                        .toList()));
      }
      plans.put(name + descriptor, plan);
      return plan;
    }

    private static MethodShape shape(
        int access, String name, String descriptor, Set<String> annotations) {
      return new MethodShape(
          access,
          name,
          Arrays.stream(Type.getArgumentTypes(descriptor)).map(Type::getClassName).toList(),
          Type.getReturnType(descriptor).getClassName(),
          annotations);
    }
  }

  /** Learns how many local variables a method has. */
  private static final class Locals extends MethodVisitor {
    private final MethodPlan plan;

    Locals(MethodPlan plan) {
      super(Opcodes.ASM9);
      this.plan = plan;
    }

    @Override
    public void visitMaxs(int maxStack, int maxLocals) {
      plan.maxLocals = maxLocals;
    }
  }

  /** Reads one annotation, or the values of one array in it, whose names are empty. */
  private static final class ValueReader extends AnnotationVisitor {
    private final BiConsumer<String, Object> add;
    private final Runnable end;

    ValueReader(String type, java.util.function.Consumer<AnnotationValues> read) {
      super(Opcodes.ASM9);
      Map<String, Object> values = new LinkedHashMap<>();
      this.add = values::put;
      this.end = () -> read.accept(new AnnotationValues(type, values));
    }

    /** For an array. */
    ValueReader(java.util.function.Consumer<List<Object>> read) {
      super(Opcodes.ASM9);
      List<Object> values = new ArrayList<>();
      this.add = (unnamed, value) -> values.add(value);
      this.end = () -> read.accept(values);
    }

    @Override
    public void visit(@Nullable String name, Object value) {
      put(name, String.valueOf(value));
    }

    @Override
    public void visitEnum(@Nullable String name, String type, String constant) {
      put(name, constant);
    }

    @Override
    public AnnotationVisitor visitAnnotation(@Nullable String name, String type) {
      return new ValueReader(
          Type.getType(type).getClassName(), (AnnotationValues read) -> put(name, read));
    }

    @Override
    public AnnotationVisitor visitArray(@Nullable String name) {
      return new ValueReader((List<Object> read) -> put(name, read));
    }

    private void put(@Nullable String name, Object value) {
      add.accept(name == null ? "" : name, value);
    }

    @Override
    public void visitEnd() {
      end.run();
    }
  }

  static AdviceClass adviceOf(Rule rule) {
    try {
      return rule.adviceClass();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Says why a class is left as it is. */
  static final class CannotWeave extends RuntimeException {
    private static final long serialVersionUID = 1;

    CannotWeave(String message) {
      super(message);
    }
  }
}
