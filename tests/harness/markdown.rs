//! The code blocks of a Markdown document.

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

#[derive(Debug, Default, PartialEq)]
pub struct Block {
    /// Where its first line of code is; the document's first line is 1.
    pub line: usize,
    /// What stands after the fence's backticks; `None`: a block that is indented and has no fence.
    pub info: Option<String>,
    pub text: String,
    /// Of the last `<!-- prelude ... -->` before it.
    pub prelude: String,
    /// Of the block that follows at once, with nothing but empty lines between, if that is `text`.
    pub output: Option<String>,
}

pub fn blocks(document: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let (mut open, mut html, mut prelude) = (None, String::new(), String::new());
    let mut last_ended_here = false;
    for (event, range) in Parser::new(document).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                let first = document[..range.start].matches('\n').count() + 1;
                let (line, info) = match kind {
                    CodeBlockKind::Fenced(info) => (first + 1, Some(info.into_string())),
                    CodeBlockKind::Indented => (first, None),
                };
                open = Some(Block { line, info, prelude: prelude.clone(), ..Block::default() });
                continue;
            }
            Event::Text(text) if open.is_some() => {
                open.as_mut().expect("asked").text.push_str(&text);
                continue;
            }
            Event::End(TagEnd::CodeBlock) => {
                let block = open.take().expect("no end without a start");
                if last_ended_here && block.info.as_deref() == Some("text") {
                    blocks.last_mut().expect("asked").output = Some(block.text.clone());
                }
                blocks.push(block);
                last_ended_here = true;
                continue;
            }
            Event::Html(text) => html.push_str(&text),
            Event::End(TagEnd::HtmlBlock) => {
                let comment = html.trim().strip_prefix("<!-- prelude").and_then(|rest| rest.strip_suffix("-->"));
                prelude = comment.map_or(prelude, str::to_owned);
                html.clear();
            }
            _ => {}
        }
        last_ended_here = false;
    }
    blocks
}
