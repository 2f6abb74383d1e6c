/** What the server says of itself to who looks in: its name, its version, and since when it runs. */
import { Clock, Effect } from "effect"
import { formatGoDuration, formatTimestamp } from "../Quantity.ts"
import * as Answer from "../serve/Answer.ts"
import type { Route } from "../serve/Route.ts"

/** `/statusz` */
export const routes = (options: { readonly version: string }) =>
  Effect.map(Clock.currentTimeMillis, (startedAt): ReadonlyArray<Route> => [{
    path: "/statusz",
    respond: () =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        const lines = [
          "metrics-server statusz",
          "",
          `Started: ${formatTimestamp(startedAt)}`,
          `Up: ${formatGoDuration(Math.floor((now - startedAt) / 1000) * 1000)}`,
          `Version: ${options.version}`
        ]
        return Answer.text(`${lines.join("\n")}\n`, 200)
      })
  }])
