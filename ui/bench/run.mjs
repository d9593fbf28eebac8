// Large traces in a real Chromium against the packaged server: npm run bench [-- SHAPE... SPANS...]
import { runnerImport } from "vite";

const { module } = await runnerImport(new URL("./traces.ts", import.meta.url).pathname);
await module.main(process.argv.slice(2));
