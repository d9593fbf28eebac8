package io.skein.testing.soak.app;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A web application that is deployed again and again, each time by a class loader of its own: it
 * asks its database, gives work to threads of both kinds, and calls itself.
 */
public final class Shop extends HttpServlet {
  private static final long serialVersionUID = 1L;
  private static final String DATABASE = "jdbc:h2:mem:shop;DB_CLOSE_DELAY=-1";

  private transient ExecutorService pool;
  private transient ExecutorService virtual;
  private transient HttpClient client;

  @Override
  public void init() {
    pool = Executors.newFixedThreadPool(3);
    virtual = virtualThreads();
    // Of the whole server: a client of each deployment would be a thread of each, which the JDK
    // takes away when it likes.
    client = (HttpClient) getServletContext().getAttribute("client");
  }

  @Override
  public void destroy() {
    pool.shutdownNow();
    virtual.shutdownNow();
  }

  /** On JDKs that have them; others get one more pool. */
  private static ExecutorService virtualThreads() {
    try {
      return (ExecutorService)
          Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    } catch (ReflectiveOperationException e) {
      return Executors.newFixedThreadPool(2);
    }
  }

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String what = String.valueOf(request.getPathInfo());
    try {
      switch (what) {
        case "/stock" -> response.getWriter().write("rows " + query(3));
        case "/fail" -> throw new IllegalStateException("as it was asked to");
        default -> {
          CompletableFuture<Integer> pooled = CompletableFuture.supplyAsync(() -> query(7), pool);
          CompletableFuture<Integer> light = CompletableFuture.supplyAsync(() -> query(5), virtual);
          String stock = request.getRequestURL().toString().replaceFirst("/[a-z]+$", "/stock");
          int answers = what.equals("/old") ? old(stock) : call(stock);
          int rows = pooled.get(20, TimeUnit.SECONDS) + light.get(20, TimeUnit.SECONDS);
          response.getWriter().write("ok " + rows + " " + answers);
        }
      }
    } catch (Exception e) {
      if (what.equals("/fail")) {
        throw new IOException(e);
      }
      throw new IllegalStateException(e);
    }
  }

  private int call(String url) throws IOException, InterruptedException {
    return client
        .send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString())
        .body()
        .length();
  }

  private static int old(String url) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
    try (var in = connection.getInputStream()) {
      return in.readAllBytes().length;
    }
  }

  private static int query(int limit) {
    try (Connection connection = DriverManager.getConnection(DATABASE)) {
      try (PreparedStatement insert =
          connection.prepareStatement("merge into stock key(id) values (?, ?)")) {
        insert.setInt(1, limit);
        insert.setString(2, "article " + limit);
        insert.execute();
      }
      int rows = 0;
      try (PreparedStatement select =
          connection.prepareStatement("select name from stock where id <= ?")) {
        select.setInt(1, limit);
        try (ResultSet found = select.executeQuery()) {
          while (found.next()) {
            rows++;
          }
        }
      }
      return rows;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
