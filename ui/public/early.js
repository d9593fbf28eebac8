// A link to a trace: ask for it before the pages' own script has arrived and started. Taken by api/client.ts, which
// asks itself where this did not, or for something else.
if (location.pathname === "/trace") {
  var id = new URLSearchParams(location.search).get("id");
  if (id) {
    var address = "/api/trace?" + new URLSearchParams({ id: id, form: "packed" }).toString();
    var answer = fetch(address, { headers: { accept: "application/json" }, cache: "no-store" });
    // Whether it failed is asked by who takes it.
    answer.catch(function () {});
    window.skeinEarly = { address: address, answer: answer };
  }
}
