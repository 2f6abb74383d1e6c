/** A server that cannot ask who its clients are serves this machine alone. */
import { Result, Schema } from "effect"
import { BlockList, isIP } from "node:net"

/** Everyone who can reach the address could read everything. */
export class Unauthenticated extends Schema.TaggedError<Unauthenticated>()("Unauthenticated", {
  bindAddress: Schema.String
}) {
  override get message() {
    return `will not listen on ${this.bindAddress}: requests are not authenticated, and that is no loopback address; ` +
      "listen on 127.0.0.1 or ::1, or accept that everyone is answered with --unsafe-serve-unauthenticated"
  }
}

export const check = (options: {
  readonly bindAddress: string
  readonly unsafeUnauthenticated: boolean
}): Result.Result<void, Unauthenticated> =>
  options.unsafeUnauthenticated || isLoopback(options.bindAddress)
    ? Result.void
    : Result.fail(new Unauthenticated({ bindAddress: options.bindAddress }))

/** Names are none: what they resolve to is for others to say. */
export const isLoopback = (address: string): boolean => {
  const version = isIP(address)
  return version !== 0 && loopback.check(address, version === 4 ? "ipv4" : "ipv6")
}

const loopback = new BlockList()
loopback.addSubnet("127.0.0.0", 8, "ipv4")
loopback.addAddress("::1", "ipv6")
