package sampleapp;

/** Methods of every shape that weaving has to get right. */
public class Sample {
  public int calls;

  public String greet(String name) {
    calls++;
    return "hello " + name;
  }

  public static long add(int a, long b, double c, float d) {
    return a + b + (long) c + (long) d;
  }

  /** Overwrites its parameters with other types, as optimising compilers do. */
  public int branches(Object value, int number) {
    int sum = 0;
    for (int i = 0; i < number; i++) {
      if (i % 2 == 0) {
        sum += i;
      } else {
        sum -= 1;
      }
    }
    value = "changed";
    if (number < 0) {
      throw new IllegalArgumentException("negative");
    }
    return sum + value.toString().length();
  }

  public synchronized boolean locked(boolean fail) {
    synchronized (this) {
      if (fail) {
        throw new IllegalStateException("fail");
      }
      return true;
    }
  }

  public int caught() {
    try {
      return Integer.parseInt("x");
    } catch (NumberFormatException e) {
      return -1;
    } finally {
      calls++;
    }
  }

  public void endless(Runnable stop) {
    while (true) {
      stop.run();
    }
  }

  /** Calls inside of a constructor, behind the call of the super constructor. */
  public static class Built {
    public final String text;

    public Built(java.util.function.Supplier<Object> first, StringBuilder second) {
      text = first.get() + second.append("!").toString();
    }
  }

  public Object[] array(Object[] in) {
    return in;
  }

  public void runs(Runnable task) {
    try {
      task.run();
    } catch (IllegalStateException handled) {
      calls += 10;
    }
  }

  public int applies(java.util.function.IntUnaryOperator f, int x) {
    return f.applyAsInt(x) + 1;
  }

  public void nothing() {}

  public void open(Runnable inside) {
    inside.run();
  }

  public void opensAndFails(Runnable inside) {
    inside.run();
  }

  public double opensAndDoesNotLink(double number, Runnable inside) {
    inside.run();
    return number;
  }

  public void callsAndFails(Runnable inside) {
    inside.run();
  }
}
