package io.skein.testing.harness;

import io.skein.testing.app.AppHost;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Carries calls on an interface of the test to the object behind it in the application. */
@FunctionalInterface
interface AppCalls {
  /** See {@link AppHost#call}. */
  @Nullable Object call(
      String implementation, String method, List<String> parameterTypes, Object[] arguments)
      throws Throwable;

  /** Returns an object of the interface whose methods are run in the application. */
  static <T> T proxy(Class<T> type, Class<? extends T> implementation, AppCalls calls) {
    String name = implementation.getName();
    InvocationHandler handler =
        (proxy, method, arguments) ->
            method.getDeclaringClass() == Object.class
                ? ofObject(name, proxy, method, arguments)
                : calls.call(
                    name,
                    method.getName(),
                    AppHost.typeNames(method),
                    arguments == null ? new Object[0] : arguments);
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private static Object ofObject(
      String name, Object proxy, Method method, @Nullable Object[] arguments) {
    return switch (method.getName()) {
      case "equals" -> proxy == arguments[0];
      case "hashCode" -> System.identityHashCode(proxy);
      default -> name + " in the application";
    };
  }
}
