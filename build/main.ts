/** `npm run build`: what is shipped, in dist/ or the directory named. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Console, Effect, FileSystem } from "effect"
import * as Distribution from "./Distribution.ts"

Effect.gen(function*() {
  const { file, modules, packages } = yield* Distribution.write(process.argv[2] ?? "dist")
  const { size } = yield* (yield* FileSystem.FileSystem).stat(file)
  yield* Console.log(`${file}: ${size} bytes of ${modules.length} files and ${packages.length} packages`)
}).pipe(Effect.provide(NodeServices.layer), NodeRuntime.runMain)
