// Before the first paint, so that a page opened in the other theme does not flash. Keep in step with parts/theme.ts.
try {
  var theme = localStorage.getItem("skein.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch (e) {
  // Storage may be forbidden; the system's preference applies then.
}
