import { causeOf } from '../cause.ts';
import { failed, type Outcome } from '../channel.ts';

/** Errors of the platform that no other message will fare better with: the token, the app's scopes, the channel. */
const DEAD =
  /^(?:invalid_auth|not_authed|account_inactive|token_revoked|token_expired|no_permission|missing_scope|not_allowed_token_type|ekm_access_denied|org_login_required|team_access_not_granted|channel_not_found|not_in_channel|is_archived|restricted_action.*|access_denied|enterprise_is_restricted)$/;
/** Errors of Slack itself. */
const THEIRS = /^(?:internal_error|fatal_error|service_unavailable|request_timeout|team_added_to_org|accesslimited)$/;
/** Before a connection stood: nothing can have arrived. */
const UNSENT =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|CERT_.*|.*_CERT.*|ERR_TLS.*)$/;

/** What an error of @slack/web-api says of a message. `posts`: it may have made one. */
export function outcomeOfError(error: unknown, posts: boolean): Outcome {
  const { code, data, statusCode, retryAfter, original, message } = error as {
    code?: string;
    data?: { error?: string; needed?: string };
    statusCode?: number;
    retryAfter?: number;
    original?: Error;
    message?: string;
  };
  switch (code) {
    case 'slack_webapi_rate_limited_error':
      return { kind: 'busy', waitMs: Math.max(1, retryAfter ?? 30) * 1000, why: 'too many requests (429)' };
    case 'slack_webapi_platform_error': {
      const said = String(data?.error ?? 'unknown_error').slice(0, 60);
      const why = data?.needed === undefined ? said : `${said}: ${String(data.needed).slice(0, 80)}`;
      if (said === 'ratelimited' || said === 'rate_limited')
        return { kind: 'busy', waitMs: 30_000, why: 'too many requests (429)' };
      if (THEIRS.test(said)) return failed(why, { uncertain: posts });
      return DEAD.test(said) ? failed(why, { dead: true }) : { kind: 'refused', why };
    }
    case 'slack_webapi_http_error':
      return (statusCode ?? 500) >= 500
        ? failed(`answer ${statusCode}`, { uncertain: posts })
        : failed(`answer ${statusCode}`, { dead: true });
    case 'slack_webapi_request_error': {
      const cause = causeOf(original);
      return failed(cause, { uncertain: posts && !UNSENT.test(cause) });
    }
    default:
      return failed(String(message ?? 'unknown').slice(0, 200), { uncertain: posts });
  }
}
