package io.skein.agent.engine;

import io.skein.agent.engine.AdviceMethod.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.Handle;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Replaces calls inside a method by the same call with advice around it.
 *
 * <p>The call instruction becomes one {@code invokedynamic} of the same stack effect, whose
 * bootstrap receives the replaced call as a method handle constant. The JVM resolves that constant
 * with the class's own rights, exactly as it would have resolved the instruction.
 */
final class CallWeaver extends MethodVisitor {
  private static final Handle LINK_CALL =
      new Handle(
          Opcodes.H_INVOKESTATIC,
          BootDispatcher.NAME,
          "linkCall",
          "(Ljava/lang/invoke/MethodHandles$Lookup;Ljava/lang/String;Ljava/lang/invoke/MethodType;"
              + "ILjava/lang/invoke/MethodHandle;)Ljava/lang/invoke/CallSite;",
          false);

  private final List<Rule> rules;
  private final Linker linker;

  CallWeaver(MethodVisitor next, List<Rule> rules, Linker linker) {
    super(Opcodes.ASM9, next);
    this.rules = rules;
    this.linker = linker;
  }

  @Override
  public void visitMethodInsn(
      int opcode, String owner, String name, String descriptor, boolean isInterface) {
    Rule rule = rule(opcode, owner, name);
    if (rule == null) {
      super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
      return;
    }
    AdviceClass advice = ClassWeaver.adviceOf(rule);
    AdviceMethod any = advice.only(Kind.ENTER);
    if (any == null) {
      any = advice.methods().get(0);
    }
    Handle original =
        new Handle(
            opcode == Opcodes.INVOKEINTERFACE ? Opcodes.H_INVOKEINTERFACE : Opcodes.H_INVOKEVIRTUAL,
            owner,
            name,
            descriptor,
            isInterface);
    Type[] arguments = Type.getArgumentTypes(descriptor);
    Type[] withReceiver = new Type[arguments.length + 1];
    withReceiver[0] = Type.getObjectType(owner);
    System.arraycopy(arguments, 0, withReceiver, 1, arguments.length);
    try {
      super.visitInvokeDynamicInsn(
          "around",
          Type.getMethodDescriptor(Type.getReturnType(descriptor), withReceiver),
          LINK_CALL,
          rule.number(any, linker),
          original);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private @Nullable Rule rule(int opcode, String owner, String name) {
    if (opcode != Opcodes.INVOKEINTERFACE && opcode != Opcodes.INVOKEVIRTUAL) {
      return null;
    }
    for (Rule rule : rules) {
      if (owner.equals(rule.calledOwner) && name.equals(rule.calledName)) {
        return rule;
      }
    }
    return null;
  }
}
