// In a real Chromium against the packaged server: npm run bench [-- profiles | SHAPE... SPANS...]
import { runnerImport } from "vite";

const words = process.argv.slice(2);
const wanted =
  words.length === 0 ? ["traces", "profiles"] : words.includes("profiles") ? ["profiles"] : ["traces"];
for (const bench of wanted) {
  const { module } = await runnerImport(new URL(`./${bench}.ts`, import.meta.url).pathname);
  await module.main(words);
}
