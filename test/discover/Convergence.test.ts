import { assert, it } from "@effect/vitest"
import { Context, Effect, Layer, Logger, Option, Schema, Stream } from "effect"
import { TestClock } from "effect/testing"
import { Nodes } from "../../src/discover/Nodes.ts"
import { ModelServer } from "../fixtures/ModelServer.ts"
import { settle } from "../fixtures/ScriptedServer.ts"

const Name = Schema.Literals(["a", "b", "c", "d", "e", "f", "g"])
const Change = Schema.Union([
  Schema.Struct({ do: Schema.Literal("put"), name: Name, color: Schema.Literals(["red", "green", "blue"]) }),
  Schema.Struct({ do: Schema.Literal("delete"), name: Name })
])
const Step = Schema.Union([
  Change,
  Schema.Struct({ do: Schema.Literals(["compact", "bookmark", "expire"]) }),
  Schema.Struct({ do: Schema.Literal("disconnect"), how: Schema.Literals(["end", "reset", "half"]) }),
  /** Longer than the server remembers. */
  Schema.Struct({ do: Schema.Literal("outage"), changes: Schema.Array(Change) }),
  Schema.Struct({
    do: Schema.Literal("wait"),
    millis: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 400_000 }))
  })
])

const change = (server: ModelServer, change: typeof Change.Type) =>
  change.do === "put" ? server.put(change.name, change.color) : server.delete(change.name)

const perform = (server: ModelServer, step: typeof Step.Type): Effect.Effect<void> => {
  switch (step.do) {
    case "put":
    case "delete":
      return Effect.sync(() => change(server, step))
    case "disconnect":
      return Effect.sync(() => server.disconnect(step.how))
    case "outage":
      return Effect.sync(() => {
        server.disconnect("reset")
        for (const it of step.changes) change(server, it)
        server.compact()
      })
    case "wait":
      return TestClock.adjust(step.millis)
    default:
      return Effect.sync(() => server[step.do]())
  }
}

/** After a step others get so many turns: the next one may come in the middle of a list, or when all is at rest. */
const Moment = Schema.Struct({ step: Step, turns: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 30 })) })

it.effect.prop(
  "whatever happens to a cluster and on the way to it, the map ends equal to it, and so does who follows the changes",
  { history: Schema.Array(Moment).check(Schema.isMaxLength(60)) },
  ({ history }) =>
    Effect.gen(function*() {
      const server = new ModelServer()
      const nodes = yield* Layer.build(
        Nodes.layer({ nodeSelector: Option.none() }).pipe(Layer.provide(server.layer), Layer.provide(Logger.layer([])))
      ).pipe(Effect.map(Context.get(Nodes)))
      const followed = new Map<string, string | undefined>()
      yield* nodes.changes.pipe(
        Stream.runForEach((change) =>
          Effect.sync(() => {
            if (change._tag === "Put") followed.set(change.value.name, change.value.labels["color"])
            else assert.isTrue(followed.delete(change.key), "only what was there is deleted")
          })
        ),
        Effect.forkScoped
      )

      for (const { step, turns } of history) {
        yield* perform(server, step)
        for (let turn = 0; turn < turns; turn++) yield* Effect.yieldNow
      }
      // No disturbance any more: the longest pause has passed after a minute.
      yield* settle
      yield* TestClock.adjust("1 minute")
      yield* settle

      const model = [...server.objects].toSorted()
      assert.deepStrictEqual(nodes.list().map(({ labels, name }) => [name, labels["color"]]), model)
      assert.deepStrictEqual([...followed].toSorted(), model)
    }).pipe(Effect.scoped),
  { arbitrary: { runs: 100, size: 60, seed: "discover" } }
)
