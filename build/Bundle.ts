/** The server as one ES module: everything it uses, and of what it uses no more than that. */
import { Effect, Schema } from "effect"
import { type OutputChunk, type Plugin, rolldown } from "rolldown"

/** The server cannot be bundled. */
export class BundleError extends Schema.TaggedError<BundleError>()("BundleError", { cause: Schema.Defect() }) {
  override get message() {
    return `the server cannot be bundled: ${this.cause instanceof Error ? this.cause.message : String(this.cause)}`
  }
}

/** One module of the bundle. */
export interface BundledModule {
  readonly file: string
  readonly source: string
}

export const name = "metrics-server.mjs"

const fileOf = (path: string) => new URL(path, import.meta.url).pathname

/** Writes bundle and source map into a directory, and says of which files it is made. */
export const write = (directory: string) =>
  Effect.tryPromise({
    try: async () => {
      const sources = new Map<string, string>()
      await using build = await rolldown({
        input: fileOf("../src/main.ts"),
        platform: "node",
        tsconfig: false,
        resolve: {
          alias: { undici$: fileOf("undici.mjs"), ws$: fileOf("ws.mjs") },
          // Where a package has both, its ES modules: unused ones are left out.
          mainFields: ["module", "main"]
        },
        // They do nothing by being imported: without the half of client-node that its authenticators do not use.
        treeshake: {
          moduleSideEffects: [{
            test: /client-node|js-yaml|socks|hpagent|ip-address|smart-buffer|agent-base|openid-client/,
            sideEffects: false
          }]
        },
        // What is evaluated on demand is not to be compiled at start.
        optimization: { pifeForModuleWrappers: false },
        transform: {
          // As Node.js does with its own copy of undici: without the second parser, which nobody switches on.
          define: { esbuildDetection: "true" },
          inject: { "Intl.Segmenter": [fileOf("Segmenter.mjs"), "Segmenter"] }
        },
        plugins: [evaluatedOnDemand, remember(sources)]
      })
      const { output } = await build.write({
        file: `${directory}/${name}`,
        format: "esm",
        banner: "#!/usr/bin/env node",
        sourcemap: true,
        comments: false,
        // A single character beyond ASCII would double what the program takes in memory.
        minify: { compress: true, mangle: true, codegen: { asciiOnly: true } }
      })
      const chunks = output.filter((it): it is OutputChunk => it.type === "chunk")
      if (chunks.length !== 1) throw new Error(`expected one module, found ${chunks.map(({ fileName }) => fileName)}`)
      return chunks.flatMap(({ modules }) => Object.entries(modules))
        .filter(([, { renderedLength }]) => renderedLength > 0)
        .map(([file]): BundledModule => ({ file, source: sources.get(file) ?? "" }))
    },
    catch: (cause) => new BundleError({ cause })
  })

/** A package that is imported on demand becomes a part of the module that is evaluated on demand. */
const evaluatedOnDemand: Plugin = {
  name: "evaluated-on-demand",
  transform: {
    filter: { id: /\/src\/.*\.ts$/, code: /\bimport\("/ },
    handler: (code) => ({
      code: code.replace(/\bimport\(("[^"]+")\)/g, "Promise.resolve().then(() => require($1))"),
      map: null
    })
  }
}

const remember = (sources: Map<string, string>): Plugin => ({
  name: "remember",
  transform: (code, id) => {
    sources.set(id, code)
  }
})
