package io.skein.agent.engine;

import io.skein.agent.engine.AdviceMethod.From;
import io.skein.agent.engine.AdviceMethod.Kind;
import io.skein.agent.engine.AdviceMethod.Source;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Calls one advice around one method's body.
 *
 * <pre>
 *   entered = enter(this, args...)            invokedynamic, all references typed Object
 *   copies of this and the arguments          only those that exit asks for
 *   arg = (T) replace(args..., entered, arg)
 * from:
 *   the body, in which each return becomes
 *     to:   result = value on the stack
 *           exit(entered, copies..., result, null)
 *           return (T) replaceReturned(..., result)
 *     from:
 * to:
 * handler (Throwable):                        entered in the exception table last, so it catches what the body did not
 *   exit(entered, copies..., null, thrown)
 *   throw thrown
 * </pre>
 *
 * <p>The new local variables stand behind all of the method's own, so that no index in the body
 * changes and a compiler that reuses parameters' slots for other things cannot collide with them.
 * The price is that every stack map frame is filled up to them. In the handler's frame all of the
 * method's own variables are unknown (TOP), which the verifier accepts whatever the body did to
 * them; this is why exit sees copies of the arguments.
 *
 * <p>A call of advice does not throw (the {@link Linker} sees to it), so the ranges of the handler
 * may leave them out, and an exit is never called twice.
 */
final class MethodWeaver extends MethodVisitor {
  private static final String OBJECT = "java/lang/Object";
  private static final String THROWABLE = "java/lang/Throwable";

  private static final Handle LINK =
      new Handle(
          Opcodes.H_INVOKESTATIC,
          BootDispatcher.NAME,
          "link",
          "(Ljava/lang/invoke/MethodHandles$Lookup;Ljava/lang/String;Ljava/lang/invoke/MethodType;"
              + "ILjava/lang/String;)Ljava/lang/invoke/CallSite;",
          false);

  private final Rule rule;
  private final @Nullable Linker linker;
  private final String name;

  /** The method as {@link MethodText} writes it. */
  private final String text;

  private final boolean isStatic;
  private final boolean isConstructor;
  private final Type[] arguments;
  private final Type returned;
  private final @Nullable AdviceMethod enter;
  private final List<AdviceMethod> replacements;
  private final @Nullable AdviceMethod exit;
  private final @Nullable AdviceMethod replaceReturned;

  /** First slot behind the method's own variables and those of weavers further in. */
  private final int base;

  private final int enteredSlot;
  private final int thisCopy;
  private final int[] argumentCopies;
  private final int resultSlot;
  private final int end;

  /**
   * What the new variables hold while the body runs, for stack map frames; {@code resultSlot} is
   * only used in between.
   */
  private final Object[] newLocals;

  private final List<Label[]> ranges = new ArrayList<>();
  private Label from = new Label();
  private boolean rangeIsEmpty = true;

  MethodWeaver(
      @Nullable MethodVisitor next,
      int access,
      String name,
      String descriptor,
      Rule rule,
      @Nullable Linker linker,
      int base,
      String text) {
    super(Opcodes.ASM9, next);
    this.rule = rule;
    this.linker = linker;
    this.base = base;
    this.text = text;
    this.name = name;
    this.isStatic = (access & Opcodes.ACC_STATIC) != 0;
    this.isConstructor = name.equals("<init>");
    this.arguments = Type.getArgumentTypes(descriptor);
    this.returned = Type.getReturnType(descriptor);
    AdviceClass advice = ClassWeaver.adviceOf(rule);
    this.enter = advice.only(Kind.ENTER);
    this.replacements = advice.replacements();
    this.exit = advice.only(Kind.EXIT);
    this.replaceReturned = advice.only(Kind.REPLACE_RETURNED);

    List<Object> locals = new ArrayList<>();
    int slot = base;
    this.enteredSlot = slot++;
    locals.add(OBJECT);
    if (!isStatic && !isConstructor && late(From.THIS, -1)) {
      this.thisCopy = slot++;
      locals.add(OBJECT);
    } else {
      this.thisCopy = -1;
    }
    this.argumentCopies = new int[arguments.length];
    for (int i = 0; i < arguments.length; i++) {
      if (late(From.ARGUMENT, i)) {
        argumentCopies[i] = slot;
        slot += arguments[i].getSize();
        locals.add(frameType(arguments[i]));
      } else {
        argumentCopies[i] = -1;
      }
    }
    this.newLocals = locals.toArray();
    this.resultSlot = slot;
    this.end = slot + 2; // a long or a double needs two
  }

  /** Whether an advice method that runs after the body asks for this value. */
  private boolean late(From from, int argument) {
    Source wanted = new Source(from, argument);
    return (exit != null && exit.sources().contains(wanted))
        || (replaceReturned != null && replaceReturned.sources().contains(wanted));
  }

  /** How many local variables a rule adds to a method. */
  static int slots(int access, String name, String descriptor, Rule rule) {
    return new MethodWeaver(null, access, name, descriptor, rule, null, 0, "").end;
  }

  /** Refuses a rule that does not fit the method, before anything is written. */
  static void check(Rule rule, AdviceClass advice, int access, String name, String descriptor) {
    Type[] arguments = Type.getArgumentTypes(descriptor);
    Type returned = Type.getReturnType(descriptor);
    String where = rule + " in " + name + descriptor + ": ";
    boolean constructor = name.equals("<init>");
    for (AdviceMethod method : advice.methods()) {
      if (constructor && method.kind() != Kind.EXIT) {
        throw new ClassWeaver.CannotWeave(where + "a constructor can have an exit only");
      }
      for (Source source : method.sources()) {
        if (source.argument() >= arguments.length) {
          throw new ClassWeaver.CannotWeave(where + "no argument " + source.argument());
        }
      }
      if (method.kind() == Kind.REPLACE
          && (method.replaced() >= arguments.length || isPrimitive(arguments[method.replaced()]))) {
        throw new ClassWeaver.CannotWeave(
            where + "argument " + method.replaced() + " cannot be replaced");
      }
      if (method.kind() == Kind.REPLACE_RETURNED && returned.getSort() == Type.VOID) {
        throw new ClassWeaver.CannotWeave(where + "what it returns cannot be replaced");
      }
    }
  }

  private static boolean isPrimitive(Type type) {
    return type.getSort() < Type.ARRAY;
  }

  @Override
  public void visitCode() {
    super.visitCode();
    if (enter != null) {
      call(enter, false, false, null);
      if (enter.returnsNothing()) {
        super.visitInsn(Opcodes.ACONST_NULL);
      }
    } else {
      super.visitInsn(Opcodes.ACONST_NULL);
    }
    super.visitVarInsn(Opcodes.ASTORE, enteredSlot);
    if (thisCopy >= 0) {
      super.visitVarInsn(Opcodes.ALOAD, 0);
      super.visitVarInsn(Opcodes.ASTORE, thisCopy);
    }
    for (int i = 0; i < arguments.length; i++) {
      if (argumentCopies[i] >= 0) {
        super.visitVarInsn(arguments[i].getOpcode(Opcodes.ILOAD), slotOf(i));
        super.visitVarInsn(arguments[i].getOpcode(Opcodes.ISTORE), argumentCopies[i]);
      }
    }
    for (AdviceMethod replacement : replacements) {
      int slot = slotOf(replacement.replaced());
      Type type = arguments[replacement.replaced()];
      call(replacement, false, false, type, slot);
      super.visitTypeInsn(Opcodes.CHECKCAST, type.getInternalName());
      super.visitVarInsn(Opcodes.ASTORE, slot);
    }
    super.visitLabel(from);
  }

  private int slotOf(int argument) {
    int slot = isStatic ? 0 : 1;
    for (int i = 0; i < argument; i++) {
      slot += arguments[i].getSize();
    }
    return slot;
  }

  private void call(AdviceMethod method, boolean late, boolean thrown, @Nullable Type replaced) {
    call(method, late, thrown, replaced, resultSlot);
  }

  /**
   * Calls an advice method with the values it asks for.
   *
   * @param late after the body, where copies and the result are at hand
   * @param thrown whether the result slot holds a Throwable instead of a result
   * @param replaced the declared type of what may be replaced, whose current value in {@code
   *     current} goes last; or null
   */
  private void call(
      AdviceMethod method, boolean late, boolean thrown, @Nullable Type replaced, int current) {
    StringBuilder types = new StringBuilder("(");
    for (Source source : method.sources()) {
      types.append(push(source, late, thrown));
    }
    if (replaced != null) {
      super.visitVarInsn(replaced.getOpcode(Opcodes.ILOAD), current);
      box(replaced);
      types.append("Ljava/lang/Object;");
    }
    types.append(method.returnsNothing() ? ")V" : ")Ljava/lang/Object;");
    String name =
        switch (method.kind()) {
          case ENTER -> "enter";
          case EXIT -> "exit";
          case REPLACE, REPLACE_RETURNED -> "replace";
        };
    super.visitInvokeDynamicInsn(
        name, types.toString(), LINK, number(method), constant(method, replaced));
  }

  private int number(AdviceMethod method) {
    try {
      return rule.number(method, Objects.requireNonNull(linker));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The class of what is replaced, or nothing; on a line of its own what the advice may ask for.
   */
  private String constant(AdviceMethod method, @Nullable Type replaced) {
    String declared = replaced == null ? "" : className(replaced);
    return method.takes(From.METHOD) ? declared + "\n" + text : declared;
  }

  private static String boxOf(Type primitive) {
    return switch (primitive.getSort()) {
      case Type.BOOLEAN -> "java/lang/Boolean";
      case Type.CHAR -> "java/lang/Character";
      case Type.BYTE -> "java/lang/Byte";
      case Type.SHORT -> "java/lang/Short";
      case Type.INT -> "java/lang/Integer";
      case Type.FLOAT -> "java/lang/Float";
      case Type.LONG -> "java/lang/Long";
      case Type.DOUBLE -> "java/lang/Double";
      default -> throw new IllegalArgumentException(primitive + " has no box");
    };
  }

  /** As {@link Class#forName} takes it. */
  private static String className(Type type) {
    if (isPrimitive(type)) {
      return boxOf(type).replace('/', '.');
    }
    return type.getInternalName().replace('/', '.');
  }

  /** Loads one value; returns its type in the call site's descriptor. */
  private String push(Source source, boolean late, boolean thrown) {
    switch (source.from()) {
      case THIS -> {
        if (isStatic) {
          super.visitInsn(Opcodes.ACONST_NULL);
        } else {
          super.visitVarInsn(Opcodes.ALOAD, late && !isConstructor ? thisCopy : 0);
        }
        return "Ljava/lang/Object;";
      }
      case ARGUMENT -> {
        Type type = arguments[source.argument()];
        int slot = late ? argumentCopies[source.argument()] : slotOf(source.argument());
        super.visitVarInsn(type.getOpcode(Opcodes.ILOAD), slot);
        return erased(type);
      }
      case ARGUMENTS -> {
        pushArguments();
        return "[Ljava/lang/Object;";
      }
      case ENTERED -> {
        super.visitVarInsn(Opcodes.ALOAD, enteredSlot);
        return "Ljava/lang/Object;";
      }
      case RETURNED -> {
        if (returned.getSort() == Type.VOID) {
          super.visitInsn(Opcodes.ACONST_NULL);
          return "Ljava/lang/Object;";
        }
        if (thrown) {
          super.visitInsn(zero(returned));
        } else {
          super.visitVarInsn(returned.getOpcode(Opcodes.ILOAD), resultSlot);
        }
        return erased(returned);
      }
      case THROWN -> {
        if (thrown) {
          super.visitVarInsn(Opcodes.ALOAD, resultSlot);
        } else {
          super.visitInsn(Opcodes.ACONST_NULL);
        }
        return "Ljava/lang/Throwable;";
      }
      case METHOD -> {
        return ""; // the linker binds it
      }
      case METHOD_NAME -> {
        super.visitLdcInsn(name);
        return "Ljava/lang/Object;";
      }
    }
    throw new AssertionError(source);
  }

  private void pushArguments() {
    pushInt(arguments.length);
    super.visitTypeInsn(Opcodes.ANEWARRAY, OBJECT);
    for (int i = 0; i < arguments.length; i++) {
      super.visitInsn(Opcodes.DUP);
      pushInt(i);
      super.visitVarInsn(arguments[i].getOpcode(Opcodes.ILOAD), slotOf(i));
      box(arguments[i]);
      super.visitInsn(Opcodes.AASTORE);
    }
  }

  /** There are no more than 255 arguments. */
  private void pushInt(int value) {
    super.visitIntInsn(value <= Byte.MAX_VALUE ? Opcodes.BIPUSH : Opcodes.SIPUSH, value);
  }

  private void box(Type type) {
    if (isPrimitive(type)) {
      String box = boxOf(type);
      super.visitMethodInsn(
          Opcodes.INVOKESTATIC,
          box,
          "valueOf",
          "(" + type.getDescriptor() + ")L" + box + ";",
          false);
    }
  }

  private static String erased(Type type) {
    return isPrimitive(type) ? type.getDescriptor() : "Ljava/lang/Object;";
  }

  private static int zero(Type type) {
    return switch (type.getSort()) {
      case Type.LONG -> Opcodes.LCONST_0;
      case Type.DOUBLE -> Opcodes.DCONST_0;
      case Type.FLOAT -> Opcodes.FCONST_0;
      case Type.ARRAY, Type.OBJECT -> Opcodes.ACONST_NULL;
      default -> Opcodes.ICONST_0;
    };
  }

  private static Object frameType(Type type) {
    return switch (type.getSort()) {
      case Type.LONG -> Opcodes.LONG;
      case Type.DOUBLE -> Opcodes.DOUBLE;
      case Type.FLOAT -> Opcodes.FLOAT;
      case Type.ARRAY, Type.OBJECT -> type.getInternalName();
      default -> Opcodes.INTEGER;
    };
  }

  @Override
  public void visitInsn(int opcode) {
    if (opcode < Opcodes.IRETURN
        || opcode > Opcodes.RETURN
        || (exit == null && replaceReturned == null)) {
      rangeIsEmpty = false;
      super.visitInsn(opcode);
      return;
    }
    endRange();
    if (opcode != Opcodes.RETURN) {
      super.visitVarInsn(returned.getOpcode(Opcodes.ISTORE), resultSlot);
    }
    if (exit != null) {
      call(exit, true, false, null);
    }
    if (opcode != Opcodes.RETURN) {
      if (replaceReturned != null) {
        call(replaceReturned, true, false, returned);
        unbox(returned);
      } else {
        super.visitVarInsn(returned.getOpcode(Opcodes.ILOAD), resultSlot);
      }
    }
    super.visitInsn(opcode);
    from = new Label();
    super.visitLabel(from);
    rangeIsEmpty = true;
  }

  private void unbox(Type type) {
    if (!isPrimitive(type)) {
      super.visitTypeInsn(Opcodes.CHECKCAST, type.getInternalName());
      return;
    }
    String box = boxOf(type);
    super.visitTypeInsn(Opcodes.CHECKCAST, box);
    super.visitMethodInsn(
        Opcodes.INVOKEVIRTUAL,
        box,
        type.getClassName() + "Value",
        "()" + type.getDescriptor(),
        false);
  }

  private void endRange() {
    if (!rangeIsEmpty) {
      Label to = new Label();
      super.visitLabel(to);
      ranges.add(new Label[] {from, to});
    }
  }

  @Override
  public void visitMaxs(int maxStack, int maxLocals) {
    if (exit != null && !isConstructor) {
      endRange();
      if (!ranges.isEmpty()) {
        Label handler = new Label();
        for (Label[] range : ranges) {
          super.visitTryCatchBlock(range[0], range[1], handler, THROWABLE);
        }
        super.visitLabel(handler);
        super.visitFrame(
            Opcodes.F_NEW,
            base + newLocals.length,
            filled(0, new Object[0]),
            1,
            new Object[] {THROWABLE});
        super.visitVarInsn(Opcodes.ASTORE, resultSlot);
        call(exit, true, true, null);
        super.visitVarInsn(Opcodes.ALOAD, resultSlot);
        super.visitInsn(Opcodes.ATHROW);
      }
    }
    super.visitMaxs(maxStack, maxLocals);
  }

  @Override
  public void visitFrame(
      int type, int localCount, Object @Nullable [] local, int stackCount, Object[] stack) {
    Object[] filled = filled(localCount, local == null ? new Object[0] : local);
    super.visitFrame(type, filled.length, filled, stackCount, stack);
  }

  /** The method's own variables, filled with TOP up to {@link #base}, then the new ones. */
  private Object[] filled(int count, Object[] local) {
    List<Object> all = new ArrayList<>(base + newLocals.length);
    int slots = 0;
    for (int i = 0; i < count; i++) {
      all.add(local[i]);
      slots += local[i] == Opcodes.LONG || local[i] == Opcodes.DOUBLE ? 2 : 1;
    }
    for (; slots < base; slots++) {
      all.add(Opcodes.TOP);
    }
    all.addAll(List.of(newLocals));
    return all.toArray();
  }

  // Every other instruction makes the current range non-empty.

  @Override
  public void visitIntInsn(int opcode, int operand) {
    rangeIsEmpty = false;
    super.visitIntInsn(opcode, operand);
  }

  @Override
  public void visitVarInsn(int opcode, int slot) {
    rangeIsEmpty = false;
    super.visitVarInsn(opcode, slot);
  }

  @Override
  public void visitTypeInsn(int opcode, String type) {
    rangeIsEmpty = false;
    super.visitTypeInsn(opcode, type);
  }

  @Override
  public void visitFieldInsn(int opcode, String owner, String name, String descriptor) {
    rangeIsEmpty = false;
    super.visitFieldInsn(opcode, owner, name, descriptor);
  }

  @Override
  public void visitMethodInsn(
      int opcode, String owner, String name, String descriptor, boolean isInterface) {
    rangeIsEmpty = false;
    super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
  }

  @Override
  public void visitInvokeDynamicInsn(
      String name, String descriptor, Handle bootstrap, Object... constants) {
    rangeIsEmpty = false;
    super.visitInvokeDynamicInsn(name, descriptor, bootstrap, constants);
  }

  @Override
  public void visitJumpInsn(int opcode, Label label) {
    rangeIsEmpty = false;
    super.visitJumpInsn(opcode, label);
  }

  @Override
  public void visitLdcInsn(Object value) {
    rangeIsEmpty = false;
    super.visitLdcInsn(value);
  }

  @Override
  public void visitIincInsn(int slot, int increment) {
    rangeIsEmpty = false;
    super.visitIincInsn(slot, increment);
  }

  @Override
  public void visitTableSwitchInsn(int min, int max, Label otherwise, Label... labels) {
    rangeIsEmpty = false;
    super.visitTableSwitchInsn(min, max, otherwise, labels);
  }

  @Override
  public void visitLookupSwitchInsn(Label otherwise, int[] keys, Label[] labels) {
    rangeIsEmpty = false;
    super.visitLookupSwitchInsn(otherwise, keys, labels);
  }

  @Override
  public void visitMultiANewArrayInsn(String descriptor, int dimensions) {
    rangeIsEmpty = false;
    super.visitMultiANewArrayInsn(descriptor, dimensions);
  }
}
