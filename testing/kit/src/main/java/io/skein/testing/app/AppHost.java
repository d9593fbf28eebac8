package io.skein.testing.app;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Holds the objects of an application under test and calls their methods by name. */
public final class AppHost implements AutoCloseable {
  private final Map<String, Object> objects = new LinkedHashMap<>();

  /**
   * Calls a public method. Types and results are classes of the JDK: caller and host may be in
   * different loaders, or in different JVMs.
   */
  public synchronized Object call(
      String implementation, String method, List<String> parameterTypes, Object[] arguments)
      throws Throwable {
    Object object = objects.get(implementation);
    if (object == null) {
      object = Class.forName(implementation).getConstructor().newInstance();
      objects.put(implementation, object);
    }
    for (Method each : object.getClass().getMethods()) {
      if (each.getName().equals(method) && typeNames(each).equals(parameterTypes)) {
        each.setAccessible(true);
        try {
          return each.invoke(object, arguments);
        } catch (InvocationTargetException thrown) {
          throw thrown.getCause();
        }
      }
    }
    throw new NoSuchMethodException(implementation + "." + method + parameterTypes);
  }

  /** The names by which a method is found again on the other side. */
  public static List<String> typeNames(Method method) {
    List<String> names = new ArrayList<>();
    for (Class<?> type : method.getParameterTypes()) {
      names.add(type.getName());
    }
    return names;
  }

  /** Closes the newest first. */
  @Override
  public synchronized void close() {
    List<Object> newestFirst = new ArrayList<>(objects.values());
    Collections.reverse(newestFirst);
    objects.clear();
    for (Object each : newestFirst) {
      if (each instanceof AutoCloseable closeable) {
        try {
          closeable.close();
        } catch (Exception e) {
          throw new IllegalStateException("cannot close " + each, e);
        }
      }
    }
  }
}
