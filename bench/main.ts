/** Every benchmark, one after another, as one table: `npm run bench [-- NODES]` */
import { Console, Effect } from "effect"
import * as Api from "./api.ts"
import * as Memory from "./memory.ts"
import * as Parse from "./parse.ts"
import { table } from "./Row.ts"
import * as Scrape from "./scrape.ts"

const nodes = Number(process.argv[2] ?? 1000)

await Effect.runPromise(
  Effect.all([Parse.run, Memory.run, Api.run, Scrape.run(nodes)]).pipe(
    Effect.flatMap((rows) => Console.log(table(rows.flat())))
  )
)
