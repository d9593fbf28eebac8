package io.skein.agent.engine;

import io.skein.agent.engine.AdviceMethod.From;
import io.skein.agent.engine.AdviceMethod.Kind;
import io.skein.agent.plugin.WovenMethod;
import io.skein.api.Span;
import io.skein.core.Scope;
import java.lang.invoke.CallSite;
import java.lang.invoke.ConstantCallSite;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns an {@code invokedynamic} instruction of a woven method into a call of a plugin's advice.
 *
 * <p>A call site is typed by the weaver with {@code Object} for every reference, so that linking it
 * resolves none of the application's types: a type that is only named in a signature may be absent.
 * What the linker adds around the advice, from the inside out: conversion to the advice's own
 * types, a catch-all that counts the failure and answers as if there were nothing to do, and the
 * plugin's off switch. All three are method handles that the JIT compiler sees through; the call
 * costs what a direct call costs.
 *
 * <p><b>What was entered is left.</b> A span that advice opened and nobody ends would keep the
 * thread in its trace for ever, and a pooled thread would put all later requests into it. So an
 * exit is still called after its plugin was switched off, if its call was entered before; and where
 * an exit fails or cannot be linked, what enter returned is ended here, if it is a {@link Span} or
 * a {@link Scope}. Both take an end that comes twice.
 *
 * <p>Thread-safe. Several threads may link the same instruction at once; the JVM keeps one of the
 * results.
 */
final class Linker {
  private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

  /**
   * {@code (Lookup, String, MethodType, int, String, MethodHandle) -> CallSite}, as the dispatcher
   * calls it.
   */
  static final MethodType BOOTSTRAP =
      MethodType.methodType(
          CallSite.class,
          MethodHandles.Lookup.class,
          String.class,
          MethodType.class,
          int.class,
          String.class,
          MethodHandle.class);

  private static final MethodHandle FAILED =
      find(
          "failed",
          MethodType.methodType(void.class, PluginState.class, String.class, Throwable.class));
  private static final MethodHandle FAILED_EXIT =
      find(
          "failedExit",
          MethodType.methodType(
              void.class, PluginState.class, String.class, Throwable.class, Object.class));
  private static final MethodHandle LEAVE =
      find("leave", MethodType.methodType(void.class, Object.class));
  private static final MethodHandle WAS_ENTERED =
      find("wasEntered", MethodType.methodType(boolean.class, Object.class));
  private static final MethodHandle OR_ELSE =
      find("orElse", MethodType.methodType(Object.class, Class.class, Object.class, Object.class));

  private static final int NOT_TAKEN = -1;

  private record Entry(Rule rule, AdviceMethod method) {}

  private final PluginLoaders loaders;
  private final AgentLog log;
  private final List<Entry> entries = new ArrayList<>();

  Linker(PluginLoaders loaders, AgentLog log) {
    this.loaders = loaders;
    this.log = log;
  }

  /** Returns the bootstrap that {@link BootDispatcher} hands to woven code. */
  MethodHandle bootstrap() {
    try {
      return LOOKUP.findVirtual(Linker.class, "link", BOOTSTRAP).bindTo(this);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  int register(Rule rule, AdviceMethod method) {
    synchronized (entries) {
      entries.add(new Entry(rule, method));
      return entries.size() - 1;
    }
  }

  private Entry entry(int number) {
    synchronized (entries) {
      return entries.get(number);
    }
  }

  /** Called by the dispatcher; returns null when the site is to do nothing. */
  @Nullable CallSite link(
      MethodHandles.Lookup caller,
      String name,
      MethodType type,
      int number,
      String constant,
      @Nullable MethodHandle original) {
    Entry entry = entry(number);
    PluginState state = entry.rule().state;
    try {
      ClassLoader application = caller.lookupClass().getClassLoader();
      PluginLoader loader = loaders.find(entry.rule().plugin.getClass(), application);
      AdviceClass adviceClass = entry.rule().adviceClass();
      Class<?> advice = Class.forName(adviceClass.name(), true, loader);
      MethodHandle target =
          original == null
              ? adviceSite(entry, advice, type, constant, application)
              : aroundSite(entry.rule(), adviceClass, advice, type, original);
      if (log.isEnabled(AgentLog.Level.DEBUG)) {
        log.debug(
            "linked "
                + entry.rule()
                + "."
                + entry.method().name()
                + " in "
                + caller.lookupClass().getName());
      }
      return new ConstantCallSite(target);
    } catch (Throwable cannotLink) {
      state.failed(entry.rule().advice + "." + entry.method().name(), cannotLink);
      int entered = original == null ? enteredIn(entry.method()) : NOT_TAKEN;
      return entered == NOT_TAKEN
          ? null
          : new ConstantCallSite(MethodHandles.permuteArguments(LEAVE, type, entered));
    }
  }

  /** Where in its call site an exit finds what was entered. */
  private static int enteredIn(AdviceMethod method) {
    if (method.kind() == Kind.EXIT) {
      int at = 0;
      for (AdviceMethod.Source each : method.sources()) {
        if (each.from() == From.ENTERED) {
          return at;
        }
        at += each.from() == From.METHOD ? 0 : 1; // which is bound, not passed
      }
    }
    return NOT_TAKEN;
  }

  private MethodHandle adviceSite(
      Entry entry,
      Class<?> advice,
      MethodType type,
      String constant,
      @Nullable ClassLoader application)
      throws ReflectiveOperationException {
    AdviceMethod method = entry.method();
    PluginState state = entry.rule().state;
    int line = constant.indexOf('\n');
    String declaredType = line < 0 ? constant : constant.substring(0, line);
    MethodHandle handle =
        withMethod(handle(advice, method), method, line < 0 ? "" : constant.substring(line + 1));
    boolean replaces = method.kind() == Kind.REPLACE || method.kind() == Kind.REPLACE_RETURNED;
    if (!replaces) {
      int entered = enteredIn(method);
      MethodHandle guarded =
          guarded(handle.asType(type), state, entry.rule().advice, method, entered);
      MethodHandle nothing = MethodHandles.empty(type);
      return state.whileOn(
          guarded,
          entered == NOT_TAKEN
              ? nothing
              : MethodHandles.guardWithTest(
                  MethodHandles.permuteArguments(
                      WAS_ENTERED, type.changeReturnType(boolean.class), entered),
                  guarded,
                  nothing));
    }
    // (advice's arguments..., current) -> current or what the advice puts in its place
    Class<?> declared = Class.forName(declaredType, false, application);
    int last = type.parameterCount() - 1;
    MethodHandle calls =
        guarded(
            handle.asType(type.dropParameterTypes(last, last + 1)),
            state,
            entry.rule().advice,
            method,
            NOT_TAKEN);
    MethodHandle chosen = MethodHandles.collectArguments(OR_ELSE.bindTo(declared), 0, calls);
    MethodHandle unchanged =
        MethodHandles.dropArguments(
            MethodHandles.identity(Object.class), 0, type.parameterList().subList(0, last));
    return state.whileOn(chosen, unchanged);
  }

  /**
   * Enter, the original call, exit, as one handle: {@code tryFinally} calls exit also when the
   * original throws, and rethrows. It replaces one instruction by another, so no stack map frame of
   * the woven method changes.
   */
  private static MethodHandle aroundSite(
      Rule rule, AdviceClass advices, Class<?> advice, MethodType type, MethodHandle original)
      throws ReflectiveOperationException {
    MethodHandle call = original.asType(type);
    AdviceMethod enter = advices.only(Kind.ENTER);
    AdviceMethod exit = advices.only(Kind.EXIT);
    MethodType entering = type.changeReturnType(Object.class);
    MethodHandle before =
        enter == null
            ? MethodHandles.empty(entering)
            : guarded(
                arranged(handle(advice, enter), enter, entering, 0, rule),
                rule.state,
                rule.advice,
                enter,
                NOT_TAKEN);
    // tryFinally's cleanup: (Throwable, [returned,] entered, call's arguments...) -> returned
    Class<?> returned = type.returnType();
    boolean returnsNothing = returned == void.class;
    MethodType cleanup = MethodType.methodType(void.class, Throwable.class);
    if (!returnsNothing) {
      cleanup = cleanup.appendParameterTypes(returned);
    }
    int first = cleanup.parameterCount() + 1;
    cleanup = cleanup.appendParameterTypes(Object.class).appendParameterTypes(type.parameterList());
    MethodHandle after =
        exit == null
            ? MethodHandles.empty(cleanup)
            : guarded(
                arranged(handle(advice, exit), exit, cleanup, first, rule),
                rule.state,
                rule.advice,
                exit,
                first - 1);
    if (!returnsNothing) {
      MethodHandle same =
          MethodHandles.permuteArguments(
              MethodHandles.identity(returned), cleanup.changeReturnType(returned), 1);
      after = MethodHandles.foldArguments(same, after);
    }
    MethodHandle body = MethodHandles.dropArguments(call, 0, Object.class);
    MethodHandle around = MethodHandles.tryFinally(body, after);
    AdviceMethod replaceReturned = advices.only(Kind.REPLACE_RETURNED);
    if (replaceReturned != null) {
      MethodHandle replacing =
          guarded(
              arranged(
                  handle(advice, replaceReturned),
                  replaceReturned,
                  cleanup.changeReturnType(Object.class),
                  first,
                  rule),
              rule.state,
              rule.advice,
              replaceReturned,
              NOT_TAKEN);
      around = MethodHandles.foldArguments(orReplaced(replacing, returned), around);
    }
    MethodHandle whole = MethodHandles.foldArguments(around, before);
    return rule.state.whileOn(whole, call);
  }

  /**
   * Turns what chooses a replacement, {@code (Throwable, returned, entered, call's arguments...) ->
   * Object}, into {@code (returned, entered, call's arguments...) -> returned}.
   */
  private static MethodHandle orReplaced(MethodHandle replacing, Class<?> returned) {
    if (returned.isPrimitive()) {
      throw new IllegalArgumentException("a returned " + returned + " cannot be replaced");
    }
    MethodHandle chosen = MethodHandles.insertArguments(replacing, 0, (Object) null);
    MethodHandle orElse =
        OR_ELSE.bindTo(returned).asType(MethodType.methodType(returned, Object.class, returned));
    return MethodHandles.foldArguments(
        MethodHandles.dropArguments(
            orElse, 2, chosen.type().parameterList().subList(1, chosen.type().parameterCount())),
        chosen);
  }

  /**
   * Reorders an advice method's parameters to those of a call site whose receiver stands at {@code
   * first}.
   */
  private static MethodHandle arranged(
      MethodHandle handle, AdviceMethod method, MethodType type, int first, Rule rule) {
    List<AdviceMethod.Source> sources = new ArrayList<>(method.sources());
    for (int i = sources.size() - 1; i >= 0; i--) {
      if (sources.get(i).from() == AdviceMethod.From.METHOD_NAME) {
        handle = MethodHandles.insertArguments(handle, i, rule.calledName);
        sources.remove(i);
      }
    }
    int[] order = new int[sources.size()];
    Class<?>[] types = new Class<?>[order.length];
    for (int i = 0; i < order.length; i++) {
      AdviceMethod.Source source = sources.get(i);
      order[i] =
          switch (source.from()) {
            case THIS -> first;
            case ARGUMENT -> first + 1 + source.argument();
            case ENTERED -> first - 1;
            case THROWN -> 0;
            case RETURNED -> 1;
            case METHOD_NAME -> throw new AssertionError("bound above");
            case ARGUMENTS ->
                throw new IllegalArgumentException("all arguments of a call are not at hand");
            case METHOD ->
                throw new IllegalArgumentException("the called method is not read, only named");
          };
      types[i] = type.parameterType(order[i]);
    }
    MethodHandle typed = handle.asType(MethodType.methodType(type.returnType(), types));
    return MethodHandles.permuteArguments(typed, type, order);
  }

  /** Gives the advice the woven method, wherever it asks for it. */
  private static MethodHandle withMethod(MethodHandle handle, AdviceMethod method, String text) {
    if (!method.takes(AdviceMethod.From.METHOD)) {
      return handle;
    }
    WovenMethod woven = MethodText.read(text);
    for (int i = method.sources().size() - 1; i >= 0; i--) {
      if (method.sources().get(i).from() == AdviceMethod.From.METHOD) {
        handle = MethodHandles.insertArguments(handle, i, woven);
      }
    }
    return handle;
  }

  private static MethodHandle handle(Class<?> advice, AdviceMethod method)
      throws ReflectiveOperationException {
    MethodType type =
        MethodType.fromMethodDescriptorString(method.descriptor(), advice.getClassLoader());
    return MethodHandles.privateLookupIn(advice, LOOKUP).findStatic(advice, method.name(), type);
  }

  /**
   * Puts the catch-all around advice.
   *
   * @param entered the parameter of an exit that has what was entered, or {@link #NOT_TAKEN}
   */
  private static MethodHandle guarded(
      MethodHandle advice, PluginState state, String adviceName, AdviceMethod method, int entered) {
    String name = adviceName + "." + method.name();
    MethodType type = advice.type();
    if (entered != NOT_TAKEN) {
      MethodHandle failedExit = MethodHandles.insertArguments(FAILED_EXIT, 0, state, name);
      return MethodHandles.catchException(
          advice,
          Throwable.class,
          MethodHandles.permuteArguments(
              failedExit, type.insertParameterTypes(0, Throwable.class), 0, entered + 1));
    }
    MethodHandle failed = MethodHandles.insertArguments(FAILED, 0, state, name);
    MethodHandle answer = MethodHandles.empty(MethodType.methodType(type.returnType()));
    MethodHandle handler =
        MethodHandles.foldArguments(
            MethodHandles.dropArguments(answer, 0, Throwable.class), failed);
    return MethodHandles.catchException(advice, Throwable.class, handler);
  }

  private static MethodHandle find(String name, MethodType type) {
    try {
      return LOOKUP.findStatic(Linker.class, name, type);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @SuppressWarnings("unused") // called through FAILED
  private static void failed(PluginState state, String advice, Throwable failure) {
    state.failed(advice, failure);
  }

  @SuppressWarnings("unused") // called through FAILED_EXIT
  private static void failedExit(
      PluginState state, String advice, Throwable failure, @Nullable Object entered) {
    state.failed(advice, failure);
    leave(entered);
  }

  /** Never throws: it is called in the place of the application's code. */
  private static void leave(@Nullable Object entered) {
    try {
      if (entered instanceof Span span) {
        span.end();
      } else if (entered instanceof Scope scope) {
        scope.close();
      }
    } catch (Throwable nothingLeftToDo) {
      // The failure that led here is counted.
    }
  }

  @SuppressWarnings("unused") // called through WAS_ENTERED
  private static boolean wasEntered(@Nullable Object entered) {
    return entered != null;
  }

  /** A replacement of the wrong type is left out: the woven method's cast must never fail. */
  @SuppressWarnings("unused") // called through OR_ELSE
  private static @Nullable Object orElse(
      Class<?> declared, @Nullable Object replacement, @Nullable Object current) {
    return declared.isInstance(replacement) ? replacement : current;
  }
}
