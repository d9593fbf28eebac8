// The README's flame graph, from a demo that runs: npm run picture [-- URL]
import { runnerImport } from "vite";

const { module } = await runnerImport(new URL("./picture.ts", import.meta.url).pathname);
await module.main(process.argv.slice(2));
