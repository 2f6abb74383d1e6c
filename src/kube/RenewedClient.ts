/** An HTTP client that goes over to other connections while requests run: what is under way ends where it began. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import Undici from "@effect/platform-node/Undici"
import { Effect } from "effect"

/** Connections are opened for a material, such as certificates, and kept until another one is to be used. */
export const make = Effect.fnUntraced(function*<Material>(
  open: (material: Material) => Undici.Dispatcher,
  same: (one: Material, other: Material) => boolean
) {
  const latest = new Latest()
  yield* Effect.addFinalizer(() => Effect.promise(() => latest.destroyAll()))
  const client = yield* Effect.provideService(NodeHttpClient.makeUndici, NodeHttpClient.Dispatcher, latest)
  let used: { readonly material: Material } | undefined

  const use = (material: Material) =>
    Effect.sync(() => {
      if (used !== undefined && same(used.material, material)) return
      latest.replace(open(material))
      used = { material }
    })

  return { client, use }
})

/** Looks up the connections when a request is sent and not before, so that none meets those that are being closed. */
class Latest extends Undici.Dispatcher {
  readonly #open = new Set<Undici.Dispatcher>()
  #latest: Undici.Dispatcher | undefined

  override dispatch(options: Undici.Dispatcher.DispatchOptions, handler: Undici.Dispatcher.DispatchHandler) {
    if (this.#latest === undefined) throw new Error("no material to connect with")
    return this.#latest.dispatch(options, handler)
  }

  replace(latest: Undici.Dispatcher) {
    const before = this.#latest
    this.#latest = latest
    this.#open.add(latest)
    // Closed once what is under way has its answer. How its connections end is nobody's business any more.
    before?.close().catch(() => {}).finally(() => this.#open.delete(before))
  }

  async destroyAll() {
    await Promise.all(Array.from(this.#open, (it) => it.destroy()))
  }
}
