import Foundation
import TestSupport
import Testing
import Text

/// Chat templates against Jinja's own output; refusals by name; no trap and no unbounded work on hostile templates.
@Suite struct ChatTemplateTests {
  struct Vectors: Decodable {
    struct Message: Decodable {
      let role: String
      let content: String
    }
    struct Vector: Decodable {
      let template: String
      let messages: [Message]
      let add: Bool
      let prompt: String?
      let raised: String?
    }
    let templates: [String: String]
    let vectors: [Vector]

    static func load() throws -> Vectors { try JSONDecoder().decode(Vectors.self, from: try SmallTokenizer.file("chat-templates.json")) }
  }

  /// [TEXT-7]
  @Test func agreesWithJinja() throws {
    let vectors = try Vectors.load()
    let templates = try vectors.templates.mapValues { try ChatTemplate($0) }
    for vector in vectors.vectors {
      let template = try #require(templates[vector.template])
      let messages = vector.messages.map { ChatMessage(role: $0.role, content: $0.content) }
      let note = Comment(rawValue: "\(vector.template), \(messages.count) messages")
      do throws(TemplateRejection) {
        let prompt = try template.render(messages, addsGenerationPrompt: vector.add, beginningText: "<s>", endText: "</s>")
        #expect(String(decoding: prompt, as: UTF8.self) == vector.prompt, note)
      } catch {
        #expect(vector.prompt == nil, note)
        if let raised = vector.raised { #expect(error == .raised(raised), note) }
      }
    }
  }

  @Test(arguments: [
    ("{% macro f() %}{% endmacro %}", "the statement macro"), ("{{ x | upper }}", "the filter upper"),
    ("{{ x | join(',') }}", "an argument of the filter join"),
    ("{{ x is mapping }}", "the test mapping"), ("{{ x.items() }}", "the method items"), ("{{ range(3) }}", "the function range"),
    ("{% set ns.x = 1 %}", "set of an attribute"), ("{% set x %}y{% endset %}", "set … endset"), ("{{ loop.cycle }}", "loop.cycle"),
    ("{{ [1] }}", "a list"),
    ("{{ {'a': 1} }}", "a map"), ("{{ (1, 2) }}", "a tuple"), ("{{ 1 < 2 < 3 }}", "a chain of comparisons"),
    ("{{ '\\x41' }}", "the escape \\x"),
    ("{% for x in y %}{% else %}{% endfor %}", "for … else"), ("{% for a in b if c %}{% endfor %}", "if here"),
    ("{{ x[::2] }}", "a slice with a step"), ("{{ 2 ** 3 }}", "** here"),
  ]) func refusesByName(_ source: String, _ name: String) {
    #expect(throws: TemplateRejection.unsupported(name)) { try ChatTemplate(source) }
  }

  @Test(arguments: [
    "{{", "{{ x", "{% if x %}", "{% for x in y %}", "{% endif %}", "{{ 'x }}", "{# x", "{% %}", "{{ }}", "{{ x[ }}",
    "{{ 99999999999999999999 }}", "{{ é }}", "{% set 1 = 2 %}", "{{ x[] }}",
  ]) func refusesMalformed(_ source: String) {
    #expect { try ChatTemplate(source) } throws: { error in
      if case .malformed? = error as? TemplateRejection {
        true
      } else if case .unsupported? = error as? TemplateRejection {
        true
      } else {
        false
      }
    }
  }

  @Test func boundsItsWork() throws {
    #expect(throws: TemplateRejection.tooLong) { try ChatTemplate(String(repeating: " ", count: 65_537)) }
    #expect(throws: TemplateRejection.tooDeep) { try ChatTemplate("{{ " + String(repeating: "(", count: 60_000) + " }}") }
    #expect(throws: TemplateRejection.tooDeep) { try ChatTemplate(String(repeating: "{% if x %}", count: 6000)) }
    #expect(throws: TemplateRejection.tooDeep) { try ChatTemplate("{{ 1" + String(repeating: "+1", count: 30_000) + " }}") }
    #expect(throws: TemplateRejection.tooDeep) { try ChatTemplate("{{ " + String(repeating: "not ", count: 16_000) + "1 }}") }
    #expect(throws: TemplateRejection.tooDeep) {
      try ChatTemplate("{% if x %}" + String(repeating: "{% elif x %}", count: 5000) + "{% endif %}")
    }

    let messages = (0..<1000).map { ChatMessage(role: "user", content: "\($0)") }
    let nested = try ChatTemplate(String(repeating: "{% for a in messages %}", count: 4) + String(repeating: "{% endfor %}", count: 4))
    #expect(throws: TemplateRejection.tooManySteps) { try nested.render(messages) }
    let long = try ChatTemplate("{% for a in messages %}" + String(repeating: "x", count: 100) + "{% endfor %}")
    #expect(throws: TemplateRejection.outputTooLong) { try long.render(messages) }
    let doubling = try ChatTemplate("{% set x = 'xy' %}" + String(repeating: "{% set x = x + x %}", count: 16))
    #expect(throws: TemplateRejection.outputTooLong) { try doubling.render([]) }
  }

  @Test(arguments: [
    ("{{ messages }}", TemplateRejection.mismatch("output")), ("{{ 1 + 'a' }}", .mismatch("+")), ("{{ 1 % 0 }}", .mismatch("%")),
    ("{{ x.y }}", .undefined("y")),
    ("{{ x | trim }}", .mismatch("trim")), ("{{ 1 | length }}", .mismatch("length")), ("{{ 1[0] }}", .mismatch("[]")),
    ("{{ 'a'[0:1] }}", .mismatch("[:]")),
    ("{% for x in 1 %}{% endfor %}", .mismatch("for")), ("{{ 9223372036854775807 + 1 }}", .mismatch("+")), ("{{ -'a' }}", .mismatch("-")),
    ("{{ 1 in 2 }}", .mismatch("in")),
    ("{{ messages == messages }}", .mismatch("==")), ("{{ messages ~ 1 }}", .mismatch("~")), ("{{ raise_exception('no') }}", .raised("no")),
  ]) func rejectsWhileRendering(_ source: String, _ rejection: TemplateRejection) throws {
    let template = try ChatTemplate(source)
    #expect(throws: rejection) { try template.render([ChatMessage(role: "user", content: "x")]) }
  }

  @Test func survivesMutations() throws {
    var generator = SeededGenerator.printed()
    let sources = try Vectors.load().templates.sorted { $0.key < $1.key }.map { Array($0.value.utf8) }
    let messages = [ChatMessage(role: "user", content: " a "), ChatMessage(role: "assistant", content: "b")]
    var rendered = 0
    let outcome = generator.mutations(of: sources) { (bytes: [UInt8]) throws(TemplateRejection) in
      let template = try ChatTemplate(String(decoding: bytes, as: UTF8.self))
      rendered += try template.render(messages).isEmpty ? 0 : 1
      return bytes
    }
    #expect(outcome.isSound && rendered > 100, "\(outcome)")
  }
}
