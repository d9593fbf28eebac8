package io.skein.agent.engine;

import io.skein.agent.plugin.MethodShape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
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
                      visitor, access, name, descriptor, plan.around.get(i), linker, bases[i]);
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
  }

  /** The first pass: which methods match, and how many local variables they have. */
  private static final class Scan extends ClassVisitor {
    private final List<Rule> rules;
    private final Map<String, MethodPlan> plans;

    Scan(List<Rule> rules, Map<String, MethodPlan> plans) {
      super(Opcodes.ASM9);
      this.rules = rules;
      this.plans = plans;
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
      MethodShape shape = shape(access, name, descriptor);
      MethodPlan plan = new MethodPlan();
      for (Rule rule : rules) {
        if (rule.state.isOn() && rule.where.matches(shape)) {
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
      for (Rule rule : plan.around) {
        MethodWeaver.check(rule, adviceOf(rule), access, name, descriptor);
      }
      plans.put(name + descriptor, plan);
      return new MethodVisitor(Opcodes.ASM9) {
        @Override
        public void visitMaxs(int maxStack, int maxLocals) {
          plan.maxLocals = maxLocals;
        }
      };
    }

    private static MethodShape shape(int access, String name, String descriptor) {
      return new MethodShape(
          access,
          name,
          Arrays.stream(Type.getArgumentTypes(descriptor)).map(Type::getClassName).toList(),
          Type.getReturnType(descriptor).getClassName());
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
