"""What the made-up customers of the benchmark write, in both languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Phrases:
    """The words of one language."""

    names: tuple[tuple[str, str], ...]  # name, and how it is spelt in an address
    charsets: tuple[tuple[str, str, str], ...]  # label, Python's codec, transfer encoding
    greeting: str
    closing: str
    space: str  # between two sentences
    reply_prefix: str
    quote_intro: str  # above a quote: time, name and address of its author
    subjects: tuple[str, ...]
    questions: tuple[str, ...]  # of customers who don't ask for a return
    filler: tuple[str, ...]
    follow_ups: tuple[str, ...]
    return_subject: str  # with the order number
    return_wish: str  # with the order number
    number_only: str  # with the order number


CHINESE = Phrases(
    names=(
        ("林晚晴", "lin.wanqing"), ("周北辰", "zhou.beichen"), ("陈南星", "chen.nanxing"), ("何清浅", "he.qingqian"),
        ("苏半夏", "su.banxia"), ("沈归舟", "shen.guizhou"), ("许春山", "xu.chunshan"), ("方小棠", "fang.xiaotang"),
    ),
    charsets=(
        ("utf-8", "utf-8", "base64"), ("utf-8", "utf-8", "base64"), ("UTF-8", "utf-8", "quoted-printable"),
        ("gb18030", "gb18030", "base64"), ("gb2312", "gb18030", "base64"),
        ("gb2312", "gb18030", "quoted-printable"), ("gbk", "gb18030", "base64"),
    ),
    greeting="您好：",
    closing="谢谢！祝工作顺利。",
    space="",
    reply_prefix="回复：",
    quote_intro="在 {0:%Y-%m-%d %H:%M:%S}，\"{1}\" <{2}> 写道：",
    subjects=(
        "请教一个使用问题", "关于电热水壶的保养", "吸尘器滤芯多久换一次", "促销活动咨询", "想问一下产品规格",
        "发票抬头怎么开", "说明书在哪里下载", "请问支持国际电压吗",
    ),
    questions=(
        "请问电热水壶应该怎么清洗？水垢比较厚，用柠檬酸可以吗？",
        "吸尘器的滤芯大概用多久需要更新？是否可以用水冲洗后继续使用？",
        "想了解一下这款破壁机的功率和容量，四口之家够不够用。",
        "听说下个月有促销活动，请问电饭煲会参加吗？大概是什么价格？",
        "我上个月买的电吹风说明书丢了，请问在哪里可以下载电子版的说明书？",
        "请问你们的产品保修期是多长时间？从哪一天开始计算？",
        "电动牙刷充一次电能用几天？出差两周需要带充电座吗？",
        "我的订单已经三天没有更新物流信息了，麻烦帮忙查一下到哪里了。",
    ),
    filler=(
        "平时家里用得比较多，老人和孩子都在用，所以想问得仔细一些。",
        "我在页面上找了很久，没有找到相关的说明。",
        "之前一直在用你们家的产品，总体来说非常满意。",
        "如果方便的话，请直接回复这封邮件，白天上班不方便接电话。",
        "附上的图片是我昨天晚上拍的，光线不太好，请见谅。",
        "朋友推荐的这个型号，说噪音比较小，适合小户型使用。",
        "另外想问一下，配件可以单独购买吗？",
    ),
    follow_ups=(
        "补充一下：型号在底部的标签上，我已经核对过了。",
        "请问这件事有进展了吗？麻烦您再帮忙看一下。",
        "昨天又试了一次，情况还是和之前一样。",
        "好的，明白了，那我再等两天。",
        "刚才忘了说，我是在官方网店购买的。",
        "还有一个问题：配件的颜色可以选择吗？",
    ),
    return_subject="申请退货 {}",
    return_wish="我想退货，订单号是 {}。东西没有用过，包装和配件都在，请告诉我怎么办理退货。",
    number_only="我的订单号是 {}，想问一下这个型号有没有配套的收纳盒。",
)  # fmt: skip

ENGLISH = Phrases(
    names=(
        ("Ivy Larkspur", "ivy.larkspur"), ("Jonas Pebblebrook", "jonas.pebblebrook"),
        ("Kira Fernhollow", "kira.fernhollow"), ("Leo Thistledown", "leo.thistledown"),
        ("Mona Hazelgrove", "mona.hazelgrove"), ("Nils Ashcombe", "nils.ashcombe"),
        ("Olive Wrenfield", "olive.wrenfield"), ("Percy Mossbank", "percy.mossbank"),
    ),
    charsets=(
        ("utf-8", "utf-8", "quoted-printable"), ("UTF-8", "utf-8", "base64"), ("us-ascii", "ascii", "7bit"),
        ("utf-8", "utf-8", "8bit"), ("iso-8859-1", "latin-1", "quoted-printable"),
    ),
    greeting="Hello,",
    closing="Thank you and best wishes,",
    space=" ",
    reply_prefix="Re: ",
    quote_intro="On {0:%d %b %Y at %H:%M}, {1} <{2}> wrote:",
    subjects=(
        "A question about my kettle", "Filter for the vacuum cleaner", "Voltage of the hair dryer",
        "Where to find the manual", "Spring sale", "Rice cooker sizes", "Invoice for my company", "Toothbrush battery",
    ),
    questions=(
        "How can I clean the kettle? There is a thick white layer at the bottom and I would rather not scratch it.",
        "How often should I change the filter of the vacuum cleaner, and may I rinse it with water?",
        "Could you tell me the power and the capacity of the blender? We are four people at home.",
        "Will the rice cooker be part of the spring sale, and what will it cost then?",
        "I lost the manual of my hair dryer. Is there a copy that I can download?",
        "How long is the warranty for the electric toothbrush, and from which day does it count?",
        "Where is my order? The tracking page has not changed for three days.",
        "Does the hair dryer work with 110 volts? I travel a lot and would like to take it along.",
    ),
    filler=(
        "We use it every day, so I would like to be sure before I do something wrong.",
        "I looked through the pages of your site but could not find an answer there.",
        "We have bought several of your products over the years and were always happy with them.",
        "An answer by mail is best for me because I can't take calls during the day.",
        "The pictures are from last night, sorry for the bad light.",
        "A friend of mine told me that this model is much quieter than the older one.",
        "Can the accessories be bought one by one as well?",
    ),
    follow_ups=(
        "One more thing: the model is printed on the label at the bottom, I checked it again.",
        "Is there any news about this? I would be glad to hear from you.",
        "I tried it again yesterday and nothing has changed.",
        "I see, then I will wait for another two days.",
        "I forgot to say that I bought it in your own shop.",
        "Another question: do the accessories come in other colours?",
    ),
    return_subject="Return of order {}",
    return_wish="I would like to return my order {}. It is unused and in its box with everything. What should I do?",
    number_only="My order number is {}. Is there a storage box that fits this model?",
)  # fmt: skip
