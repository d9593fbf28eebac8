package io.skein.testing.servlet;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Answers {@code /refused} itself, as a security filter would; mapped to {@code /*}. */
public final class RefusingFilter implements Filter {
  @Override
  public void init(FilterConfig config) {}

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (((HttpServletRequest) request).getRequestURI().endsWith("/refused")) {
      ((HttpServletResponse) response).setStatus(403);
    } else {
      chain.doFilter(request, response);
    }
  }

  @Override
  public void destroy() {}
}
