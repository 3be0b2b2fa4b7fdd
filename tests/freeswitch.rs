//! The files we ship, and the ways of moving calls we build on, against a real FreeSWITCH.
mod support;

use support::lab::Lab;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a FreeSWITCH: make live"]
async fn smoke() {
    let lab = Lab::start().await;
    let ivan = lab.phones.caller("Ivan", "4930111", Lab::ATTENDANT);
    assert!(ivan.hears(Lab::MUSIC).await, "{}", lab.switch.log());
    let uuid = lab.channel(&ivan).await;
    println!("{uuid} {:?}", ivan.media().tones_now());
}
