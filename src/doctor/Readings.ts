/** Do the kubelets' readings advance? A timestamp that stays makes usage stand still, whoever asks for it. */
import { Effect, Result } from "effect"
import { formatTimestamp } from "../Quantity.ts"
import * as Finding from "./Finding.ts"
import * as Survey from "./Survey.ts"

const { broken, ok, warning } = Finding.of("readings")

/** cAdvisor reads every 10 s, a quiet container every 15 s, and puts it off by up to as long again. */
const looks = 6
const pause = "5 seconds"
const patience = "30 s"

/** A node whose first look was good, and how it has turned out since. */
interface Followed {
  readonly first: Survey.Reading
  readonly last: Survey.Look
}

export const check = Effect.gen(function*() {
  const survey = yield* Survey.Survey
  const good = (yield* survey.looks).flatMap((last): ReadonlyArray<Followed> =>
    Result.isSuccess(last.outcome) ? [{ first: last.outcome.success, last }] : []
  )
  if (good.length === 0) return yield* Finding.behind("a kubelet")
  let waiting: ReadonlyArray<Followed> = good
  for (let look = 0; look < looks && waiting.length > 0; look++) {
    yield* Effect.sleep(pause)
    const again = yield* Effect.forEach(
      waiting,
      ({ first, last }) => Effect.map(survey.look(last.node), (last) => ({ first, last })),
      { concurrency: Survey.concurrency }
    )
    waiting = again.filter((it) => !isNewer(it))
  }
  return judge(good.length, waiting)
})

const isNewer = ({ first, last: { outcome } }: Followed) =>
  Result.isSuccess(outcome) && outcome.success.timestamp > first.timestamp

/** Of so many nodes, these were followed to the end and did not advance. */
export const judge = (nodes: number, followed: ReadonlyArray<Followed>): ReadonlyArray<Finding.Finding> => {
  const still = followed.filter(({ last }) => Result.isSuccess(last.outcome))
  const lost = followed.flatMap(({ last: { outcome } }) => Result.isFailure(outcome) ? [outcome.failure] : [])
  const subject = (some: ReadonlyArray<string>) => `${some.length} of ${nodes} nodes (${Finding.examples(some)})`
  const advancing = nodes - followed.length
  return [
    ...still.slice(0, 1).map(({ first, last }) =>
      broken(
        subject(still.map(({ last }) => last.node.name)),
        `${last.node.name}: after ${patience} its last reading is still of ${formatTimestamp(first.timestamp)}`,
        "look at the kubelet's log there and restart it; or its housekeeping-interval is longer than that, such as minikube's 5m"
      )
    ),
    ...lost.slice(0, 1).map(({ advice, detail, node, reason }) =>
      warning(
        subject(lost.map(({ node }) => node)),
        `${node}: it answered once, and then no more: ${detail} (${reason})`,
        advice
      )
    ),
    ...advancing > 0 ? [ok(`${advancing} of ${nodes} nodes`, "their readings advance")] : []
  ]
}
