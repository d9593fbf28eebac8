// The pages over generated traffic: rebuilds when a source changes; reload the browser to see it.
import { build, preview } from "vite";

await build({ build: { watch: {} }, logLevel: "warn" });
const server = await preview({ preview: { port: Number(process.env.PORT ?? 4173) } });
server.printUrls();
