//! Where a request ends, as a proxy in front may see it differently: nothing of one is ever taken for the next.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use zvit_tests::{Client, Server, both};

/// Everything that the server says to these bytes until it closes the connection.
fn everything_said(server: &Server, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(server.base.trim_start_matches("http://")).expect("the server listens");
    stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a time-out");
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let mut said = Vec::new();
    let _ = stream.read_to_end(&mut said);
    String::from_utf8_lossy(&said).into_owned()
}

both!(where_a_request_ends_is_never_a_matter_of_opinion, |server| {
    let authorization = format!("Authorization: Bearer {}\r\n", server.hospital().token().expect("a token"));
    let smuggled = format!("GET /v1/me HTTP/1.1\r\nHost: x\r\n{authorization}\r\n");
    let head = format!("POST /v1/incidents HTTP/1.1\r\nHost: x\r\n{authorization}Content-Type: application/json\r\n");
    let chunk = format!("0\r\n\r\n{smuggled}");
    server.store.untouched(|| {
        for framing in [
            "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
            "Content-Length: 5\r\nContent-Length: 500\r\n",
            "Content-Length: 500\r\nContent-Length: 5\r\n",
            "Content-Length: 5, 500\r\n",
            "Content-Length: 5, 5\r\n",
            "Content-Length: +5\r\n",
            "Content-Length: 0x5\r\n",
            "Content-Length: 5 \x0b\r\n",
            "Content-Length: -1\r\n",
            "Content-Length: 18446744073709551617\r\n",
            "Content-Length : 5\r\n",
            " Content-Length: 5\r\n",
            "Content-Length:\r\n",
            "Transfer-Encoding: identity\r\n",
            "Transfer-Encoding: xchunked\r\n",
            "Transfer-Encoding: chunked, identity\r\n",
            "Transfer-Encoding: gzip, chunked\r\n",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n",
            "Transfer-Encoding: x\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding : chunked\r\n",
            "Transfer-Encoding:\x0bchunked\r\n",
            "X: y\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        ] {
            let said = everything_said(server, format!("{head}{framing}\r\n{chunk}").as_bytes());
            // Either the whole is refused and the connection ends, or the length that counts is the one that was stated:
            // in no case is the rest answered with the victim's own.
            assert!(!said.contains("\"client_id\""), "{framing:?}: the rest was taken for a request\n{said}");
            assert!(!said.starts_with("HTTP/1.1 5"), "{framing:?}\n{said}");
        }
        for chunk in [
            "-1\r\nx\r\n0\r\n\r\n",
            "ffffffffffffffff1\r\nx\r\n0\r\n\r\n",
            "1;\r\n{\r\n0\r\n\r\n",
            "1\nx\n0\n\n",
            "0x1\r\n{\r\n0\r\n\r\n",
            "5\r\n{}\r\n0\r\n\r\n",
            "2\r\n{}\r\n",
        ] {
            let request = format!("{head}Transfer-Encoding: chunked\r\n\r\n{chunk}{smuggled}");
            let said = everything_said(server, request.as_bytes());
            assert!(!said.starts_with("HTTP/1.1 5") && !said.starts_with("HTTP/1.1 2"), "{chunk:?}\n{said}");
        }
    });
    // Two requests on one connection are two, and the second one is judged by its own token.
    let honest = format!(
        "GET /v1/me HTTP/1.1\r\nHost: x\r\n{authorization}\r\nGET /v1/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    );
    let said = everything_said(server, honest.as_bytes());
    assert_eq!(said.matches("HTTP/1.1 ").count(), 2, "{said}");
    assert!(said.contains("HTTP/1.1 200") && said.contains("HTTP/1.1 401"), "{said}");
});

both!(a_body_that_nobody_reads_is_never_the_next_request, |server| {
    let bearer = |client: &Client| format!("Authorization: Bearer {}\r\n", client.token().expect("a token"));
    let (own, team) = (bearer(&server.hospital()), bearer(&server.alpha()));
    let hidden = format!("GET /v1/me HTTP/1.1\r\nHost: x\r\n{own}\r\n");
    let json = "Content-Type: application/json\r\n";
    server.store.untouched(|| {
        for (line, headers) in [
            ("POST /v1/incidents", json.to_owned()),
            ("POST /v1/incidents", format!("Authorization: Bearer x.y.z\r\n{json}")),
            ("POST /v1/incidents", format!("{team}{json}")),
            ("POST /v1/incidents", format!("{own}Content-Type: text/plain\r\n")),
            ("POST /v1/incidents", format!("{own}{json}Expect: 100-continue\r\n")),
            ("POST /v1/incidents", format!("{json}Expect: 100-continue\r\n")),
            ("POST /v1/incidents/01920000-0000-7000-8000-0000000000ff/reports", format!("{own}{json}")),
            ("POST /nowhere", own.clone()),
            ("DELETE /v1/incidents", own.clone()),
            ("GET /v1/incidents", String::new()),
            ("GET /healthz", String::new()),
            ("GET /docs", String::new()),
            ("OPTIONS /v1/incidents", String::new()),
            ("HEAD /v1/incidents", String::new()),
            ("POST /oauth2/token", json.to_owned()),
        ] {
            let length = format!("Content-Length: {}\r\n\r\n{hidden}", hidden.len());
            let chunked = format!("Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{hidden}\r\n0\r\n\r\n", hidden.len());
            for rest in [length, chunked] {
                let said = everything_said(server, format!("{line} HTTP/1.1\r\nHost: x\r\n{headers}{rest}").as_bytes());
                let own_one = !said.contains("\"client_id\"") && said.matches("HTTP/1.1 ").count() <= 2;
                assert!(own_one, "{line} {headers}: the body was taken for a request\n{said}");
                let answers = said.matches("HTTP/1.1 ").count() - said.matches("HTTP/1.1 100").count();
                assert!(answers <= 1, "{line} {headers}: the body was answered\n{said}");
            }
        }
    });
});
