import { defineConfig, type Plugin } from "vite";
import { sandbox } from "./sandbox/sandbox.ts";

/** The pages' server in development answers with generated traffic; nothing of it is in the build. */
function generatedTraffic(): Plugin {
  return {
    name: "skein-sandbox",
    configurePreviewServer(server) {
      server.middlewares.use(sandbox());
    },
  };
}

export default defineConfig({
  plugins: [generatedTraffic()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    // Inlined files would be data: addresses, which the content security policy does not allow for scripts and fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  preview: { host: "127.0.0.1" },
});
