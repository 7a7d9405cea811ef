use super::settings::{LimitArgs, LimitSettings};
use super::*;
use actix_web::HttpMessage;
use actix_web::test::TestRequest;
use std::net::IpAddr;
use validator::Validate;

fn settings(stated: LimitArgs) -> LimitSettings {
    stated.or(&LimitArgs::default())
}

fn limits(client_burst: u32) -> Limits {
    let stated = LimitArgs { client_rate: Some(1), client_burst: Some(client_burst), ..LimitArgs::default() };
    Limits::new(&settings(stated), 100, 8)
}

#[test]
fn a_flag_is_stronger_than_the_file_and_that_than_the_default() {
    let flags = LimitArgs { client_rate: Some(7), ..LimitArgs::default() };
    let file = LimitArgs { client_rate: Some(8), client_burst: Some(9), ..LimitArgs::default() };
    let settings = flags.or(&file);
    assert_eq!((settings.client_rate, settings.client_burst, settings.address_rate), (7, 9, 1_000));
    assert!(settings.validate().is_ok());
    assert!(flags.or(&LimitArgs { reserved_for_intake: Some(91), ..file }).validate().is_err());
}

#[test]
fn a_share_is_reserved_and_something_is_always_left() {
    assert_eq!(settings(LimitArgs::default()).not_reserved(4_096), 3_072);
    let most = settings(LimitArgs { reserved_for_intake: Some(90), ..LimitArgs::default() });
    assert_eq!((most.not_reserved(100), most.not_reserved(1)), (10, 1));
}

#[test]
fn each_client_has_a_bucket_of_its_own_and_a_new_rate_holds_at_once() {
    let limits = limits(2);
    let request = TestRequest::default().to_srv_request();
    let count = |client: &str, own| limits.count_client(&request, client, own).is_ok();
    assert_eq!([count("a", None), count("a", None), count("a", None)], [true, true, false]);
    assert!(count("b", None), "a neighbour is not touched");
    let own = Some(Rate::new(1, 3));
    assert_eq!([count("a", own), count("a", own), count("a", own), count("a", own)], [true, true, true, false]);
    assert!(request.extensions().get::<Verdict>().is_some_and(|verdict| verdict.wait_s.is_some()));
}

#[test]
fn a_batch_costs_one_more_for_every_fifty_items() {
    let limits = limits(12);
    let request = TestRequest::default().to_srv_request();
    let count = |items| limits.count_items(&request, "a", None, items).is_ok();
    assert!(count(0) && count(500), "ten of twelve");
    assert!(count(51), "two");
    assert!(!count(1));
}

#[test]
fn guessing_does_not_use_up_what_the_address_has_for_other_things() {
    let stated = LimitArgs { token_failure_rate: Some(1), token_failure_burst: Some(1), ..LimitArgs::default() };
    let limits = Limits::new(&settings(stated), 100, 8);
    let request = TestRequest::default().to_srv_request();
    request.extensions_mut().insert(CallerAddress(IpAddr::from([192, 0, 2, 1])));
    assert!(limits.count_token_failure(&request).wait_s.is_none());
    assert!(limits.count_token_failure(&request).wait_s.is_some());
    assert!(limits.count_address(&request).wait_s.is_none());
}

#[test]
fn a_change_of_credentials_is_dear_and_never_out_of_reach() {
    let request = TestRequest::default().to_srv_request();
    let changes = |burst| {
        let limits = limits(burst);
        let change = || {
            limits
                .count_client(&request, "a", None)
                .and_then(|()| limits.count_cost(&request, "a", None, COST_OF_CREDENTIALS))
        };
        (0..100).take_while(|_| change().is_ok()).count()
    };
    assert_eq!(changes(2_000), 19, "of 101 requests each");
    assert!((1..=2).contains(&changes(30)) && changes(2) >= 1 && changes(1) == 1);
}
