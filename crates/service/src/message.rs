//! The texts of messages: the code (CB-7) and the capture link (RN-2).

use shiming_outside::sms::{MessageText, MessageTextError};

/// A code message. Its last line is the one-time-code format that browsers fill in by themselves (`@host #code`).
pub fn code(code: &str, host: &str, ttl_seconds: u16) -> Result<MessageText, MessageTextError> {
    let minutes = ttl_seconds.div_ceil(60);
    let text = format!(
        "【实名登记】验证码 {code}，{minutes} 分钟内有效，切勿告知他人。\nYour registration code is {code}.\n\n@{host} #{code}"
    );
    MessageText::try_from(text)
}

/// The answer to a message to a service number: a one-time link. The token is in the fragment, which no server log sees.
pub fn link(origin: &str, token: &str) -> Result<MessageText, MessageTextError> {
    let text = format!(
        "【实名登记】请用手机浏览器打开链接完成登记，链接仅可使用一次。\nOpen this link to register your card; it works once.\n{}",
        link_address(origin, token)
    );
    MessageText::try_from(text)
}

/// The address of a one-time link.
#[must_use]
pub fn link_address(origin: &str, token: &str) -> String {
    format!("{}/r#{token}", origin.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    // CB-7
    #[test]
    fn the_last_line_is_for_the_browser() {
        let text = code("012345", "register.example.com", 600).unwrap();
        assert_eq!(text.as_str().lines().last(), Some("@register.example.com #012345"));
        assert!(text.as_str().contains("10 分钟"));
    }

    // RN-2
    #[test]
    fn a_link_message_ends_with_the_link() {
        let text = link("https://register.example.com/", "AAAA").unwrap();
        assert_eq!(text.as_str().lines().last(), Some("https://register.example.com/r#AAAA"));
    }
}
