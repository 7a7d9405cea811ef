//! What may be set about limits.

use clap::Args;
use serde::Deserialize;
use validator::Validate;

use super::rate::Rate;

/// Declares each setting once: as flag, variable and member of the file, and as the value that holds.
macro_rules! settings {
    ($($(#[doc = $doc:literal])+ $name:ident: $type:ty = $default:literal, $env:literal, $value:literal, $min:literal..=$max:literal $message:literal;)+) => {
        /// Limits as they are stated.
        #[derive(Debug, Clone, Default, Args, Deserialize)]
        #[serde(default)]
        pub struct LimitArgs {
            $($(#[doc = $doc])+ #[arg(long, env = $env, value_name = $value)] pub $name: Option<$type>,)+
        }

        /// Limits as they hold.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Validate)]
        pub struct LimitSettings {
            $($(#[doc = $doc])+ #[validate(range(min = $min, max = $max, message = $message))] pub $name: $type,)+
        }

        impl LimitArgs {
            /// These, else those of the file, else the defaults.
            pub fn or(&self, file: &Self) -> LimitSettings {
                LimitSettings { $($name: self.$name.or(file.$name).unwrap_or($default),)+ }
            }
        }
    };
}

settings! {
    /// Requests a second that each client may make; its own entry may say otherwise. Default: 500
    client_rate: u32 = 500, "ZVIT_CLIENT_RATE", "N", 1..=100_000 "client_rate must be 1 to 100000";
    /// Requests that each client may make at once after a silence; its own entry may say otherwise. Default: 2000
    client_burst: u32 = 2_000, "ZVIT_CLIENT_BURST", "N", 1..=100_000 "client_burst must be 1 to 100000";
    /// Requests a second without proof of who makes them, from each address (IPv6: each /64). Default: 1000
    address_rate: u32 = 1_000, "ZVIT_ADDRESS_RATE", "N", 1..=1_000_000 "address_rate must be 1 to 1000000";
    /// Such requests at once after a silence. Default: 4000
    address_burst: u32 = 4_000, "ZVIT_ADDRESS_BURST", "N", 1..=1_000_000 "address_burst must be 1 to 1000000";
    /// Failed requests for tokens a second, from each address (IPv6: each /64); a right credential still gets its token. Default: 50
    token_failure_rate: u32 = 50, "ZVIT_TOKEN_FAILURE_RATE", "N", 1..=1_000_000 "token_failure_rate must be 1 to 1000000";
    /// Such failures at once after a silence. Default: 200
    token_failure_burst: u32 = 200, "ZVIT_TOKEN_FAILURE_BURST", "N", 1..=1_000_000 "token_failure_burst must be 1 to 1000000";
    /// Requests at work at once, without polls that wait; beyond that all but intake get 503 at once. Default: 4096
    max_requests: usize = 4_096, "ZVIT_MAX_REQUESTS", "N", 1..=1_000_000 "max_requests must be 1 to 1000000";
    /// Percent of max_requests, of the queue and of the readers that only reports may use. Default: 25
    reserved_for_intake: usize = 25, "ZVIT_RESERVED_FOR_INTAKE", "PERCENT", 0..=90 "reserved_for_intake must be 0 to 90";
    /// Polls that may wait for news at once; beyond that they are answered without waiting. Default: 5000
    max_waiting_polls: usize = 5_000, "ZVIT_MAX_WAITING_POLLS", "N", 0..=1_000_000 "max_waiting_polls must be 0 to 1000000";
    /// Bytes of reports that may wait for the writer; beyond that 503 at once. Default: 67108864
    queue_bytes: usize = 67_108_864, "ZVIT_QUEUE_BYTES", "BYTES", 4_194_304..=2_147_483_647 "queue_bytes must be 4194304 to 2147483647";
}

impl Default for LimitSettings {
    fn default() -> Self {
        LimitArgs::default().or(&LimitArgs::default())
    }
}

impl LimitSettings {
    /// What a client may do whose entry says nothing else.
    pub fn client(&self) -> Rate {
        Rate::new(self.client_rate, self.client_burst)
    }

    /// What an address may do without proof.
    pub fn address(&self) -> Rate {
        Rate::new(self.address_rate, self.address_burst)
    }

    /// How often an address may fail to get a token.
    pub fn token_failure(&self) -> Rate {
        Rate::new(self.token_failure_rate, self.token_failure_burst)
    }

    /// What of a total is left for others than intake; at least one, as nothing is closed altogether.
    pub fn not_reserved(&self, total: usize) -> usize {
        (total.saturating_mul(100_usize.saturating_sub(self.reserved_for_intake)) / 100).max(1)
    }
}
