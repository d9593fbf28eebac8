package io.skein.plugin.annotations;

import static io.skein.agent.plugin.MethodMatchers.annotatedWith;
import static io.skein.agent.plugin.MethodMatchers.isConstructor;
import static io.skein.agent.plugin.MethodMatchers.isStatic;
import static io.skein.agent.plugin.MethodMatchers.namedOneOf;
import static io.skein.agent.plugin.MethodMatchers.not;
import static io.skein.agent.plugin.MethodMatchers.returns;
import static io.skein.agent.plugin.MethodMatchers.takesArguments;

import io.skein.agent.plugin.Advice;
import io.skein.agent.plugin.MethodMatcher;
import io.skein.agent.plugin.Plugin;
import io.skein.agent.plugin.Weaver;
import io.skein.agent.plugin.WovenMethod;
import io.skein.api.Span;
import java.util.Set;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Methods and classes that the application has marked with the annotations of {@code io.skein.api},
 * or with those of SkyWalking's toolkit, which people who come from there have in their code.
 *
 * <h2>{@code @Trace}</h2>
 *
 * A call is a local span. What the method returns decides how long it lasts:
 *
 * <ul>
 *   <li>a {@code CompletionStage}: until it is complete, and an error that completes it is
 *       recorded. The span begins with the call. What its functions do later, in whatever thread,
 *       is carried by the executors plugin: a traced method called there is in a segment of its own
 *       that refers to the span, and in the same segment where the stage runs in the method's own
 *       thread;
 *   <li>declared as {@code Mono}, {@code Flux}, {@code Publisher} or {@code Flow.Publisher}: a span
 *       for each subscription, see {@link Work}. The call itself is none, unless it throws. What
 *       the caller gets is a publisher of ours around the one that was returned;
 *   <li>anything else: until the method returns.
 * </ul>
 *
 * <h2>{@code @Tag}</h2>
 *
 * A tag of that span, or where there is no {@code @Trace} of the active one. {@code returnedObj} is
 * the result: of an asynchronous method the value it completes with, null for one that has none or
 * many.
 *
 * <h2>{@code @TraceCrossThread}</h2>
 *
 * Objects of the class continue, in a span, the trace they were made in. The place is captured when
 * a constructor is done, and kept beside the object as long as it lives: it may run several times.
 */
public final class AnnotationsPlugin implements Plugin {
  static final String TRACE = "io.skein.api.Trace";
  static final String TAG = "io.skein.api.Tag";
  static final String TAGS = "io.skein.api.Tag$List";
  private static final String CROSS_THREAD = "io.skein.api.TraceCrossThread";

  private static final String SKYWALKING = "org.apache.skywalking.apm.toolkit.trace.";
  static final String SKYWALKING_TRACE = SKYWALKING + "Trace";
  static final String SKYWALKING_TAG = SKYWALKING + "Tag";
  static final String SKYWALKING_TAGS = SKYWALKING + "Tags";

  private static final Set<String> NO_OBJECTS =
      Set.of("void", "boolean", "byte", "char", "short", "int", "long", "float", "double");

  @Override
  public String name() {
    return "annotations";
  }

  @Override
  public void weave(Weaver weaver) {
    MethodMatcher traced = annotatedWith(TRACE, SKYWALKING_TRACE);
    MethodMatcher tagged = annotatedWith(TAG, TAGS, SKYWALKING_TAG, SKYWALKING_TAGS);
    MethodMatcher reactor =
        returns("reactor.core.publisher.Mono")
            .or(returns("reactor.core.publisher.Flux"))
            .or(returns("org.reactivestreams.Publisher"));
    MethodMatcher flow = returns("java.util.concurrent.Flow$Publisher");
    MethodMatcher call = traced.and(not(reactor.or(flow)));
    MethodMatcher returnsObject = method -> !NO_OBJECTS.contains(method.returnType());
    weaver
        .annotatedMethods(TRACE, SKYWALKING_TRACE, TAG, TAGS, SKYWALKING_TAG, SKYWALKING_TAGS)
        .advise(call.and(not(tagged)).and(not(returnsObject)), "Call")
        .advise(call.and(not(tagged)).and(returnsObject), "CallForResult")
        .advise(call.and(tagged), "TaggedCall")
        .advise(traced.and(flow), "FlowCall")
        .advise(traced.and(reactor), "ReactorCall")
        .advise(tagged.and(not(traced)), "TagsOnly");
    weaver
        .annotatedTypes(CROSS_THREAD, SKYWALKING + "TraceCrossThread")
        .advise(isConstructor(), "Made")
        .advise(not(isStatic()).and(runs()), "Run");
  }

  /** The methods of the JDK's functional types. */
  private static MethodMatcher runs() {
    return namedOneOf(
            "run",
            "call",
            "get",
            "getAsInt",
            "getAsLong",
            "getAsDouble",
            "getAsBoolean",
            "compute",
            "exec")
        .and(takesArguments(0))
        .or(
            namedOneOf("accept", "apply", "applyAsInt", "applyAsLong", "applyAsDouble", "test")
                .and(takesArguments(1).or(takesArguments(2))));
  }

  /** Returns nothing or a primitive, and has no tags. */
  static final class Call {
    private Call() {}

    @Advice.Enter
    static Span enter(@Advice.Method WovenMethod method) {
      return TracedMethod.of(method).start();
    }

    @Advice.Exit
    static void exit(
        @Advice.Entered @Nullable Span span, @Advice.Thrown @Nullable Throwable thrown) {
      if (span != null) {
        span.end(thrown);
      }
    }
  }

  /** Returns an object, which may be a stage. */
  static final class CallForResult {
    private CallForResult() {}

    @Advice.Enter
    static Span enter(@Advice.Method WovenMethod method) {
      return TracedMethod.of(method).start();
    }

    @Advice.Exit
    static void exit(
        @Advice.Method WovenMethod method,
        @Advice.Entered @Nullable Span span,
        @Advice.Returned @Nullable Object returned,
        @Advice.Thrown @Nullable Throwable thrown) {
      if (span != null) {
        Completion.end(TracedMethod.of(method), span, returned, thrown);
      }
    }
  }

  /** Has tags, which may be about arguments. */
  static final class TaggedCall {
    private TaggedCall() {}

    @Advice.Enter
    static Span enter(
        @Advice.Method WovenMethod method,
        @Advice.Arguments @Nullable Object @Nullable [] arguments) {
      TracedMethod traced = TracedMethod.of(method);
      Span span = traced.start();
      if (span.recording()) {
        TracedMethod.tag(span, traced.tagsBefore(arguments));
      }
      return span;
    }

    @Advice.Exit
    static void exit(
        @Advice.Method WovenMethod method,
        @Advice.Entered @Nullable Span span,
        @Advice.Returned @Nullable Object returned,
        @Advice.Thrown @Nullable Throwable thrown) {
      if (span != null) {
        Completion.end(TracedMethod.of(method), span, returned, thrown);
      }
    }
  }

  /** Returns a publisher of the JDK's kind. */
  static final class FlowCall {
    private FlowCall() {}

    @Advice.Enter
    static String @Nullable [] enter(
        @Advice.Method WovenMethod method,
        @Advice.Arguments @Nullable Object @Nullable [] arguments) {
      return TracedMethod.of(method).tagsBefore(arguments);
    }

    @Advice.Exit
    static void exit(
        @Advice.Method WovenMethod method,
        @Advice.Entered String @Nullable [] tags,
        @Advice.Thrown @Nullable Throwable thrown) {
      recordFailure(method, tags, thrown);
    }

    @Advice.ReplaceReturned
    static @Nullable Object replace(
        @Advice.Method WovenMethod method,
        @Advice.Entered String @Nullable [] tags,
        @Advice.Returned @Nullable Object returned) {
      return returned instanceof Flow.Publisher<?> publisher
          ? new FlowWork<>(publisher, TracedMethod.of(method), tags)
          : null;
    }
  }

  /** Returns a publisher of Reactor's kind. */
  static final class ReactorCall {
    private ReactorCall() {}

    @Advice.Enter
    static String @Nullable [] enter(
        @Advice.Method WovenMethod method,
        @Advice.Arguments @Nullable Object @Nullable [] arguments) {
      return TracedMethod.of(method).tagsBefore(arguments);
    }

    @Advice.Exit
    static void exit(
        @Advice.Method WovenMethod method,
        @Advice.Entered String @Nullable [] tags,
        @Advice.Thrown @Nullable Throwable thrown) {
      recordFailure(method, tags, thrown);
    }

    @Advice.ReplaceReturned
    static @Nullable Object replace(
        @Advice.Method WovenMethod method,
        @Advice.Entered String @Nullable [] tags,
        @Advice.Returned @Nullable Object returned) {
      return Reactor.IS_PRESENT
          ? ReactorWork.around(returned, TracedMethod.of(method), tags)
          : null;
    }
  }

  /** Whether there is Reactor, and not only the publisher's interface. */
  static final class Reactor {
    static final boolean IS_PRESENT = isPresent();

    private Reactor() {}

    private static boolean isPresent() {
      try {
        Class.forName(
            "reactor.core.publisher.MonoOperator", false, AnnotationsPlugin.class.getClassLoader());
        return true;
      } catch (ClassNotFoundException | LinkageError absent) {
        return false;
      }
    }
  }

  /** A method that should have returned a publisher. */
  static void recordFailure(
      WovenMethod method, String @Nullable [] tags, @Nullable Throwable thrown) {
    if (thrown != null) {
      Span span = TracedMethod.of(method).start();
      TracedMethod.tag(span, tags);
      span.end(thrown);
    }
  }

  /** Describes the active span, which is somebody else's to end. */
  static final class TagsOnly {
    private TagsOnly() {}

    @Advice.Enter
    static void enter(
        @Advice.Method WovenMethod method,
        @Advice.Arguments @Nullable Object @Nullable [] arguments) {
      Span span = TracedMethod.TRACER.activeSpan();
      if (span != null && span.recording()) {
        TracedMethod.tag(span, TracedMethod.of(method).tagsBefore(arguments));
      }
    }

    @Advice.Exit
    static void exit(
        @Advice.Method WovenMethod method,
        @Advice.Returned @Nullable Object returned,
        @Advice.Thrown @Nullable Throwable thrown) {
      TracedMethod traced = TracedMethod.of(method);
      if (thrown != null || !traced.wantsReturned()) {
        return;
      }
      Span span = TracedMethod.TRACER.activeSpan();
      if (span != null && span.recording()) {
        traced.tagReturned(span, returned);
      }
    }
  }

  /** A marked object has been made. */
  static final class Made {
    private Made() {}

    @Advice.Exit
    static void exit(@Advice.This Object object) {
      CrossThread.made(object);
    }
  }

  /** A marked object runs. */
  static final class Run {
    private Run() {}

    @Advice.Enter
    static CrossThread.Run enter(@Advice.This Object object, @Advice.MethodName String method) {
      return new CrossThread.Run(object, method);
    }

    @Advice.Exit
    static void exit(
        @Advice.Entered CrossThread.@Nullable Run run, @Advice.Thrown @Nullable Throwable thrown) {
      if (run != null) {
        run.end(thrown);
      }
    }
  }
}
