/** Why a request cannot be answered as asked, in words for its client. `Status.ts` has the codes. */
import { Schema } from "effect"
import { StatusCause } from "./schema/Meta.ts"

/** Nobody by that name, or nothing known of them yet. */
export class ObjectNotFound extends Schema.TaggedError<ObjectNotFound>()("ObjectNotFound", {
  group: Schema.String,
  resource: Schema.String,
  name: Schema.String,
  /** Why nothing is known of an object that is there. */
  causes: Schema.optionalKey(Schema.Array(StatusCause))
}) {
  override get message() {
    return `${qualified(this)} ${JSON.stringify(this.name)} not found`
  }
}

/** Somebody who says who they are, and is not believed. */
export class Unauthorized extends Schema.TaggedError<Unauthorized>()("Unauthorized", {}) {
  override get message() {
    return "Unauthorized"
  }
}

/** The user may not do that. */
export class Forbidden extends Schema.TaggedError<Forbidden>()("Forbidden", {
  user: Schema.String,
  /** As a RequestInfo has it, also in the next ones. */
  isResource: Schema.Boolean,
  verb: Schema.String,
  path: Schema.String,
  group: Schema.String,
  resource: Schema.String,
  subresource: Schema.String,
  namespace: Schema.String,
  name: Schema.String,
  /** What the authorizer says to it; may be empty. */
  reason: Schema.String
}) {
  override get message() {
    const { name, reason, resource } = this
    const subject = resource === "" ? "forbidden" : `${qualified(this)}${name && ` ${quote(name)}`} is forbidden`
    return `${subject}: User ${escaped(quote(this.user))} cannot ${escaped(this.#action)}${reason && `: ${reason}`}`
  }

  get #action() {
    if (!this.isResource) return `${this.verb} path ${quote(this.path)}`
    const resource = this.subresource === "" ? this.resource : `${this.resource}/${this.subresource}`
    const scope = this.namespace === "" ? "at the cluster scope" : `in the namespace ${quote(this.namespace)}`
    return `${this.verb} resource ${quote(resource)} in API group ${quote(this.group)} ${scope}`
  }
}

/** The request says something that makes no sense. */
export class BadRequest extends Schema.TaggedError<BadRequest>()("BadRequest", {
  problem: Schema.String
}) {
  override get message() {
    return this.problem
  }
}

/** Parameters of a list that are well-formed and yet not possible. */
export class InvalidOptions extends Schema.TaggedError<InvalidOptions>()("InvalidOptions", {
  problems: Schema.Array(Schema.Struct({
    field: Schema.String,
    reason: Schema.Literals(["FieldValueForbidden", "FieldValueNotSupported"]),
    message: Schema.String
  }))
}) {
  override get message() {
    const problems = this.problems.map((it) => `${it.field}: ${it.message}`)
    return `ListOptions.meta.k8s.io "" is invalid: ${
      problems.length === 1 ? problems.join() : `[${problems.join(", ")}]`
    }`
  }
}

/** A verb that these resources do not know, such as watch. */
export class VerbNotSupported extends Schema.TaggedError<VerbNotSupported>()("VerbNotSupported", {
  verb: Schema.String,
  group: Schema.String,
  resource: Schema.String
}) {
  override get message() {
    return `${this.verb} is not supported on resources of kind ${JSON.stringify(qualified(this))}`
  }
}

/** The path is served, with other methods. */
export class MethodNotAllowed extends Schema.TaggedError<MethodNotAllowed>()("MethodNotAllowed", {}) {
  override get message() {
    return "the server does not allow this method on the requested resource"
  }
}

/** Nothing is served at the path. */
export class PathNotFound extends Schema.TaggedError<PathNotFound>()("PathNotFound", {}) {
  override get message() {
    return "the server could not find the requested resource"
  }
}

/** The client takes none of the forms that there are. */
export class NotAcceptable extends Schema.TaggedError<NotAcceptable>()("NotAcceptable", {
  problem: Schema.String,
  /** Refused by the route already, before anything was asked of its handler. */
  byRoute: Schema.Boolean
}) {
  override get message() {
    return this.problem
  }
}

/** It says more than is read of a request. */
export class RequestTooLarge extends Schema.TaggedError<RequestTooLarge>()("RequestTooLarge", {
  part: Schema.Literals(["URL", "header"])
}) {
  override get message() {
    return `the ${this.part} of the request is larger than this server reads`
  }
}

/** It does not come to its end in the time there is for it. */
export class RequestTooSlow extends Schema.TaggedError<RequestTooSlow>()("RequestTooSlow", {}) {
  override get message() {
    return "the request did not arrive in time"
  }
}

/** One more than may be under way. */
export class TooManyRequests extends Schema.TaggedError<TooManyRequests>()("TooManyRequests", {}) {
  override get message() {
    return "Too many requests, please try again later."
  }
}

/** It took longer than a request may. */
export class Timeout extends Schema.TaggedError<Timeout>()("Timeout", {}) {
  override get message() {
    return "Timeout: request did not complete within the allotted timeout"
  }
}

/** A defect of ours. */
export class InternalError extends Schema.TaggedError<InternalError>()("InternalError", {}) {
  override get message() {
    return "an error on the server has prevented the request from succeeding; its log says more"
  }
}

export type ApiError =
  | Unauthorized
  | Forbidden
  | ObjectNotFound
  | BadRequest
  | InvalidOptions
  | VerbNotSupported
  | MethodNotAllowed
  | PathNotFound
  | NotAcceptable
  | RequestTooLarge
  | RequestTooSlow
  | TooManyRequests
  | Timeout
  | InternalError

const qualified = ({ group, resource }: { readonly group: string; readonly resource: string }) =>
  group === "" ? resource : `${resource}.${group}`

const quote = (text: string) => JSON.stringify(text)

/** What could be taken for markup is not echoed. */
const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
