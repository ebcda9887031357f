package tests.servers;

import java.io.Reader;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.charfilter.MappingCharFilter;
import org.apache.lucene.analysis.charfilter.NormalizeCharMap;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;
import org.elasticsearch.Build;
import org.elasticsearch.client.internal.node.NodeClient;
import org.elasticsearch.cluster.metadata.IndexNameExpressionResolver;
import org.elasticsearch.cluster.node.DiscoveryNodes;
import org.elasticsearch.common.io.stream.NamedWriteableRegistry;
import org.elasticsearch.common.settings.ClusterSettings;
import org.elasticsearch.common.settings.IndexScopedSettings;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.common.settings.SettingsFilter;
import org.elasticsearch.features.NodeFeature;
import org.elasticsearch.index.analysis.CharFilterFactory;
import org.elasticsearch.index.analysis.NormalizingCharFilterFactory;
import org.elasticsearch.index.analysis.NormalizingTokenFilterFactory;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.plugins.ActionPlugin;
import org.elasticsearch.plugins.AnalysisPlugin;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.rest.BaseRestHandler;
import org.elasticsearch.rest.RestController;
import org.elasticsearch.rest.RestHandler;
import org.elasticsearch.rest.RestRequest;
import org.elasticsearch.rest.RestResponse;
import org.elasticsearch.rest.RestStatus;

/**
 * What our index needs of the modules that the stock distribution carries and Maven Central does not: of analysis-common
 * the `mapping` character filter and the `lowercase` and `asciifolding` token filters, each Lucene's own class under its
 * stock name with its stock settings; and the root page, by which the client makes sure that it speaks to Elasticsearch.
 */
public final class Modules extends Plugin implements AnalysisPlugin, ActionPlugin {

  @Override
  public Map<String, AnalysisProvider<TokenFilterFactory>> getTokenFilters() {
    return Map.of(
        "asciifolding", (index, environment, name, settings) -> {
          boolean keep = settings.getAsBoolean("preserve_original", false);
          return new NormalizingTokenFilterFactory() {
            @Override public String name() { return name; }
            @Override public TokenStream create(TokenStream words) { return new ASCIIFoldingFilter(words, keep); }
          };
        },
        "lowercase", (index, environment, name, settings) -> new NormalizingTokenFilterFactory() {
          @Override public String name() { return name; }
          @Override public TokenStream create(TokenStream words) { return new LowerCaseFilter(words); }
        });
  }

  @Override
  public Map<String, AnalysisProvider<CharFilterFactory>> getCharFilters() {
    return Map.of("mapping", (index, environment, name, settings) -> {
      var rules = new NormalizeCharMap.Builder();
      for (String rule : settings.getAsList("mappings")) {
        String[] sides = rule.split("\\s*=>\\s*", 2);
        rules.add(unescape(sides[0].trim()), sides.length > 1 ? unescape(sides[1].trim()) : "");
      }
      NormalizeCharMap map = rules.build();
      return new NormalizingCharFilterFactory() {
        @Override public String name() { return name; }
        @Override public Reader create(Reader text) { return new MappingCharFilter(map, text); }
      };
    });
  }

  /** A four-digit hexadecimal escape, as the stock filter reads it: a space at the end of a rule cannot be written otherwise. */
  private static String unescape(String side) {
    var out = new StringBuilder();
    for (int at = 0; at < side.length(); at++) {
      if (side.charAt(at) == '\\' && at + 5 < side.length() && side.charAt(at + 1) == 'u') {
        out.append((char) Integer.parseInt(side.substring(at + 2, at + 6), 16));
        at += 5;
      } else {
        out.append(side.charAt(at));
      }
    }
    return out.toString();
  }

  @Override
  public List<RestHandler> getRestHandlers(Settings settings, NamedWriteableRegistry writeables, RestController controller,
      ClusterSettings clusterSettings, IndexScopedSettings indexSettings, SettingsFilter filter, IndexNameExpressionResolver resolver,
      Supplier<DiscoveryNodes> nodes, Predicate<NodeFeature> supports) {
    return List.of(new BaseRestHandler() {
      @Override public String getName() { return "root_page"; }
      @Override public List<Route> routes() {
        return List.of(new Route(RestRequest.Method.GET, "/"), new Route(RestRequest.Method.HEAD, "/"));
      }
      @Override protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
        return channel -> {
          var page = channel.newBuilder().startObject();
          page.field("name", client.settings().get("node.name")).field("cluster_name", client.settings().get("cluster.name"));
          page.startObject("version").field("number", Build.current().version()).field("build_flavor", "default").endObject();
          page.field("tagline", "You Know, for Search").endObject();
          channel.sendResponse(new RestResponse(RestStatus.OK, page));
        };
      }
    });
  }
}
