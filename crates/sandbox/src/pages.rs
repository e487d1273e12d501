//! The pages for people: who can be tried, and a phone per line.

use serde_json::json;
use worker::{Env, Response, ResponseBuilder, Result};

use crate::rules::phone::dialable;

/// Nothing but what this origin serves; no frames, no forms, no third party.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page or part of a page at `path`.
pub fn page(path: &str, env: &Env) -> Result<Option<Response>> {
    let (kind, text) = match path {
        "/" => ("text/html", include_str!("../pages/index.html").to_owned()),
        "/pages/index.js" => ("text/javascript", include_str!("../pages/index.js").to_owned()),
        "/pages/phone.js" => ("text/javascript", include_str!("../pages/phone.js").to_owned()),
        "/pages/words.js" => ("text/javascript", include_str!("../pages/words.js").to_owned()),
        "/pages/sandbox.css" => ("text/css", include_str!("../pages/sandbox.css").to_owned()),
        "/pages/settings.json" => ("application/json", settings(env)),
        _ if phone_line(path).is_some() => ("text/html", include_str!("../pages/phone.html").to_owned()),
        _ => return Ok(None),
    };
    let builder = ResponseBuilder::new()
        .with_header("content-type", &format!("{kind}; charset=utf-8"))?
        .with_header("content-security-policy", POLICY)?
        .with_header("x-content-type-options", "nosniff")?
        .with_header("referrer-policy", "no-referrer")?
        .with_header("cache-control", "no-store")?;
    Ok(Some(builder.fixed(text.into_bytes())))
}

/// What the pages need to know of the configuration.
fn settings(env: &Env) -> String {
    let var = |name| env.var(name).map(|value| value.to_string()).unwrap_or_default();
    json!({ "edge": var("EDGE_URL"), "service_code": var("SERVICE_CODE") }).to_string()
}

/// The line whose phone is at `path`.
fn phone_line(path: &str) -> Option<&str> {
    path.strip_prefix("/phones/").filter(|line| dialable(line))
}

/// Whether `path` is a photo of a card.
#[must_use]
pub fn is_picture(path: &str) -> bool {
    let mut parts = path.strip_prefix("/citizens/").unwrap_or_default().split('/');
    let index = parts.next().is_some_and(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    index
        && parts.next() == Some("card")
        && matches!(parts.next(), Some("front.jpg" | "back.jpg"))
        && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_and_phones_have_addresses() {
        assert!(is_picture("/citizens/0/card/front.jpg") && is_picture("/citizens/19/card/back.jpg"));
        for other in
            ["/citizens", "/citizens//card/front.jpg", "/citizens/a/card/front.jpg", "/citizens/0/card/front.png"]
        {
            assert!(!is_picture(other), "{other}");
        }
        assert_eq!(phone_line("/phones/13800000001"), Some("13800000001"));
        for other in ["/phones", "/phones/13800000001/state", "/phones/13800000001x"] {
            assert_eq!(phone_line(other), None, "{other}");
        }
    }
}
